#pragma once

#include <signal.h>

namespace larder {

/// For the main thread to wait for, and blocked in every thread begun after this: SIGTERM and SIGINT (an end
/// is requested), SIGHUP (read the configuration again), SIGUSR1 (reopen log files)
/// and SIGUSR2, which means nothing here, but means something to other servers and would kill by itself.
class Signals {
 public:
  Signals() {
    ::sigemptyset(&set_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) ::sigaddset(&set_, signal);
    ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
  }

  /// The next one; many of a kind that come while nothing waits are one.
  int wait() const {
    int received = 0;
    ::sigwait(&set_, &received);
    return received;
  }

 private:
  sigset_t set_{};
};

}  // namespace larder
