#pragma once

#include "support/process.hpp"
#include "support/temporary_directory.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace larder::test {

/// Our own real redis-server, without persistence, which answers once the constructor has returned and ends
/// with this object. Throws if it does not start.
class RedisServer {
 public:
  enum class Transport { tcp, unix_socket };

  /// `arguments` are for redis-server: {"--requirepass", "secret"}.
  explicit RedisServer(std::vector<std::string> arguments = {}, Transport transport = Transport::tcp);

  std::uint16_t port() const { return port_; }  ///< of 127.0.0.1; 0 if it listens on a Unix socket
  std::string unix_path() const;                ///< empty if it listens on TCP
  std::string url() const;                      ///< `redis://127.0.0.1:port` or `unix:/path`
  pid_t pid() const { return process_->pid(); }

  void stop();     ///< SIGKILL: every connection breaks, the port refuses
  void restart();  ///< on the same port or path, empty
  void pause();    ///< SIGSTOP, and waits until it is stopped: the kernel goes on accepting connections
  void resume();   ///< SIGCONT

  bool answers() const;  ///< anything

  /// What redis-cli prints for these arguments, without the last line end.
  std::string cli(std::vector<std::string> arguments) const;

 private:
  void launch();

  TemporaryDirectory directory_;
  std::vector<std::string> arguments_;
  Transport transport_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Process> process_;
};

}  // namespace larder::test
