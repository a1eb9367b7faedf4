#include "support/redis_server.hpp"

#include "support/ports.hpp"
#include "support/standstill.hpp"
#include "support/wait.hpp"

#include <filesystem>
#include <signal.h>
#include <stdexcept>

namespace larder::test {

namespace {

constexpr int attempts = 5;  // another process may take a free port before redis-server does

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

RedisServer::RedisServer(std::vector<std::string> arguments, Transport transport)
    : arguments_(std::move(arguments)), transport_(transport) {
  for (int attempt = 1;; ++attempt) {
    if (transport_ == Transport::tcp) port_ = free_port();
    try {
      launch();
      return;
    } catch (const std::runtime_error&) {
      if (attempt == attempts) throw;
    }
  }
}

std::string RedisServer::unix_path() const {
  return transport_ == Transport::tcp ? "" : (directory_.path() / "redis.sock").string();
}

std::string RedisServer::url() const {
  return transport_ == Transport::tcp ? "redis://127.0.0.1:" + std::to_string(port_) : "unix:" + unix_path();
}

void RedisServer::stop() {
  process_->kill();
}

void RedisServer::restart() {
  stop();
  launch();
}

void RedisServer::pause() {
  stop_process(pid());
}

void RedisServer::resume() {
  process_->signal(SIGCONT);
}

std::string RedisServer::cli(std::vector<std::string> arguments) const {
  std::vector<std::string> argv{"redis-cli"};
  append(argv, transport_ == Transport::tcp ? std::vector<std::string>{"-p", std::to_string(port_)}
                                            : std::vector<std::string>{"-s", unix_path()});
  append(argv, arguments);
  Process cli(std::move(argv));
  cli.wait();
  std::string printed = cli.output() + cli.errors();
  while (printed.ends_with('\n')) printed.pop_back();
  return printed;
}

void RedisServer::launch() {
  std::filesystem::remove(directory_.path() / "redis.sock");
  std::vector<std::string> argv{"redis-server", "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"};
  append(argv, {"--dir", directory_.path().string(), "--port", std::to_string(port_)});
  if (transport_ == Transport::unix_socket) append(argv, {"--unixsocket", unix_path()});
  append(argv, arguments_);
  process_ = std::make_unique<Process>(std::move(argv));
  eventually([this] { return answers() || !process_->is_running(); });
  if (!process_->is_running() || !answers()) {
    throw std::runtime_error("redis-server did not start: " + process_->output() + process_->errors());
  }
}

/// Any reply is fine: with a password set it is NOAUTH.
bool RedisServer::answers() const {
  if (transport_ == Transport::tcp && !accepts_connections(port_)) return false;
  const std::string reply = cli({"ping"});
  return reply == "PONG" || reply.starts_with("NOAUTH");
}

}  // namespace larder::test
