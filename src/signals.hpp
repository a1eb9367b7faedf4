#pragma once

#include <signal.h>

namespace larder {

/// SIGTERM and SIGINT (an end is asked for) and SIGHUP (the configuration is to be read anew), for the main
/// thread to wait for; blocked in every thread begun after this.
class Signals {
 public:
  Signals() {
    ::sigemptyset(&set_);
    ::sigaddset(&set_, SIGTERM);
    ::sigaddset(&set_, SIGINT);
    ::sigaddset(&set_, SIGHUP);
    ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
  }

  /// The next one.
  int wait() const {
    int received = 0;
    ::sigwait(&set_, &received);
    return received;
  }

 private:
  sigset_t set_{};
};

}  // namespace larder
