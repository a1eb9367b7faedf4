#include "support/administered.hpp"
#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/reserved_port.hpp"
#include "support/socket.hpp"
#include "support/temporary_directory.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/// What those who look after a process learn of it: systemd by NOTIFY_SOCKET, a container's engine by `larder
/// healthcheck`.
namespace larder::test {

namespace {

/// The socket at which systemd listens to its services.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    if (path.starts_with("@")) address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), length) == 0);
  }
  ~NotifySocket() { ::close(descriptor_); }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  /// The next message; "" if none comes.
  std::string next() const {
    pollfd wanted{descriptor_, POLLIN, 0};
    if (::poll(&wanted, 1, 30'000) != 1) return "";
    std::string message(1024, '\0');
    const ssize_t size = ::recv(descriptor_, message.data(), message.size(), 0);
    message.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return message;
  }

 private:
  int descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

std::string file_with(const TemporaryDirectory& directory, const std::string& yaml) {
  const std::string path = directory.path() / "larder.yaml";
  std::ofstream(path) << "upstreams: {a: {servers: [\"http://127.0.0.1:1\"]}}\n" << yaml;
  return path;
}

Run healthcheck(const std::string& config) {
  return run_larder({"healthcheck", "--config", config});
}

}  // namespace

TEST_CASE(
    "A service manager is told when requests are answered, when the configuration is read again, and of the "
    "end") {
  const TemporaryDirectory directory;
  const ReservedPort port;
  for (const std::string& name :
       {std::string(directory.path() / "notify"), "@larder-test-" + std::to_string(::getpid())}) {
    CAPTURE(name);
    const NotifySocket systemd(name);
    Process larder({larder_binary(), "--upstream", "http://127.0.0.1:1", "--listen", port.address()},
                   {"NOTIFY_SOCKET=" + name});
    CHECK(systemd.next() == "READY=1");
    CHECK_NOTHROW(Socket::connected_to(port.number()));
    larder.signal(SIGHUP);
    CHECK(systemd.next().starts_with("RELOADING=1\nMONOTONIC_USEC="));
    CHECK(systemd.next() == "READY=1");
    larder.terminate();
    CHECK(systemd.next() == "STOPPING=1");
    CHECK(larder.wait() == 0);
  }
}

TEST_CASE("Without a service manager there, or with one that does not listen, larder serves all the same") {
  const ReservedPort port;
  Process larder({larder_binary(), "--upstream", "http://127.0.0.1:1", "--listen", port.address()},
                 {"NOTIFY_SOCKET=/nowhere/notify"});
  CHECK(
      eventually([&] { return contains(larder.errors(), "cannot notify /nowhere/notify (NOTIFY_SOCKET)"); }));
  CHECK_NOTHROW(Socket::connected_to(port.number()));
  larder.terminate();
  CHECK(larder.wait() == 0);
}

TEST_CASE("healthcheck asks the admin API, whatever mistakes the file has that it is named in") {
  Origin origin(numbered);
  Administered shop(Yaml{.upstream = origin.url()}, "secret");
  const TemporaryDirectory directory;
  const std::string admin =
      "admin: {listen: \"127.0.0.1:" + std::to_string(shop.port()) + "\", token: \"secret\"}\n";
  for (const std::string& more : {"", "threads: many\n"}) {
    const Run run = healthcheck(file_with(directory, admin + more));
    CHECK(run.exit_code == 0);
    CHECK(run.output == "ok\n");
    CHECK(run.errors.empty());
  }
}

TEST_CASE("healthcheck fails if nobody answers, or not with 200") {
  const TemporaryDirectory directory;
  const ReservedPort nobody;
  const Run gone = healthcheck(file_with(directory, "admin: {listen: \"" + nobody.address() + "\"}\n"));
  CHECK(gone.exit_code == 1);
  CHECK(contains(gone.errors, "no larder answers at " + nobody.address()));
  const Larder other(Yaml{.upstream = "http://" + nobody.address()});
  const Run wrong = healthcheck(
      file_with(directory, "admin: {listen: \"127.0.0.1:" + std::to_string(other.port()) + "\"}\n"));
  CHECK(wrong.exit_code == 1);
  CHECK(contains(wrong.errors, "answers 502"));
}

TEST_CASE("Without an admin API healthcheck looks whether anybody listens") {
  const TemporaryDirectory directory;
  const ReservedPort nobody;
  const Larder larder(Yaml{.upstream = "http://127.0.0.1:1"});
  const Run well =
      healthcheck(file_with(directory, "listen: 127.0.0.1:" + std::to_string(larder.port()) + "\n"));
  CHECK(well.exit_code == 0);
  CHECK(well.output == "listening on 127.0.0.1:" + std::to_string(larder.port()) + "\n");
  CHECK(healthcheck(file_with(directory, "listen: " + nobody.address() + "\n")).exit_code == 1);
}

TEST_CASE("check --quiet prints nothing of a sound file, and the mistakes of another") {
  const TemporaryDirectory directory;
  const Run sound = run_larder({"check", "--quiet", "--config", file_with(directory, "")});
  CHECK(sound.exit_code == 0);
  CHECK(sound.output + sound.errors == "");
  const Run wrong = run_larder({"check", "-q", "--config", file_with(directory, "threads: many\n")});
  CHECK(wrong.exit_code == 2);
  CHECK(contains(wrong.errors, "threads"));
}

}  // namespace larder::test
