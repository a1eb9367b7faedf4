#include "support/administered.hpp"
#include "support/origin.hpp"
#include "support/ports.hpp"
#include "support/wait.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

/// Logs that are not read, cannot be written, or are reopened.
namespace larder::test {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

OriginResponse greet(const OriginRequest&) {
  return text("hello");
}

/// A named pipe whose reader reads only when told to.
class Fifo {
 public:
  explicit Fifo(std::string path) : path_(std::move(path)) {
    REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
    reader_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(reader_ >= 0);
  }
  ~Fifo() { ::close(reader_); }
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;

  const std::string& path() const { return path_; }

  /// What has arrived by now.
  std::string read() {
    std::string text;
    std::array<char, 65536> piece;
    while (true) {
      const ssize_t count = ::read(reader_, piece.data(), piece.size());
      if (count <= 0) return text;
      text.append(piece.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  std::string path_;
  int reader_ = -1;
};

/// A larder whose stdout and stderr go where a test says: to a path, or nowhere with "&-".
class Redirected {
 public:
  Redirected(const Origin& origin, const std::string& out, const std::string& err) {
    const std::string path = (directory_.path() / "larder.yaml").string();
    std::ofstream(path) << "listen: " << port_.address() << "\nadmin: {listen: \"" << admin_.address()
                        << "\"}\nlog: {access: on}\nshutdown_grace: 1s\nupstreams: {shop: {servers: [\""
                        << origin.url() << "\"]}}\nroutes: [{match: /**, ttl: 60s}]\n";
    const std::string command = "exec \"$0\" --config \"$1\" <&- >" + out + " 2>" + err;
    process_.emplace(std::vector<std::string>{"sh", "-c", command, larder_binary(), path});
    REQUIRE(eventually([&] { return accepts_connections(port_.number()); }));
  }

  Client client() const { return Client(port_.number()); }
  Process& process() { return *process_; }

  std::int64_t dropped() const {
    const Response stats = Client(admin_.number(), "localhost").get("/stats");
    return boost::json::parse(stats.body).at("log").at("dropped").as_int64();
  }

  /// More than a pipe and a queue hold.
  void serve(int count) const {
    Client client(port_.number());
    std::string heads;
    for (int i = 0; i < 100; ++i)
      heads += client.head_text("GET", "/a", {{"User-Agent", std::string(200, 'a')}});
    for (int i = 0; i < count; i += 100) {
      client.send(heads);
      for (int j = 0; j < 100; ++j) REQUIRE(client.receive().status == 200);
    }
  }

 private:
  TemporaryDirectory directory_;
  ReservedPort port_;
  ReservedPort admin_;
  std::optional<Process> process_;
};

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("Nothing waits for a log that is not read: not requests, not the other log, not shutting down") {
  Origin origin(greet);
  TemporaryDirectory directory;
  Fifo out((directory.path() / "out").string());
  const std::string err = (directory.path() / "err").string();
  Redirected larder(origin, out.path(), err);
  larder.serve(20'000);
  CHECK(larder.dropped() > 0);
  // The other log goes on.
  larder.process().signal(SIGUSR2);
  CHECK(eventually([&] { return contains(content_of(err), "SIGUSR2"); }));
  const auto begun = steady_clock::now();
  larder.process().terminate();
  CHECK(larder.process().wait(patience) == 0);
  CHECK(steady_clock::now() - begun < std::chrono::seconds(3));
  CHECK(contains(content_of(err), "bye"));
  CHECK(contains(content_of(err), "lines of the access log were given up at the end"));
}

TEST_CASE("Once a log is read again, one line says how many lines were lost") {
  Origin origin(greet);
  TemporaryDirectory directory;
  Fifo out((directory.path() / "out").string());
  const std::string err = (directory.path() / "err").string();
  Redirected larder(origin, out.path(), err);
  larder.serve(20'000);
  const std::int64_t dropped = larder.dropped();
  CHECK(dropped > 0);
  std::string read;
  CHECK(eventually([&] {
    read += out.read();
    return contains(content_of(err), " lines of the access log (stdout) were lost");
  }));
  CHECK(contains(content_of(err), std::to_string(dropped) + " lines of the access log"));
  read += out.read();
  CHECK(std::ranges::count(read, '\n') == 20'000 - dropped);
  for (std::size_t from = 0; from < read.size(); from = read.find('\n', from) + 1) CHECK(read[from] == '{');
}

TEST_CASE("Nothing waits for a stderr, or for two logs, that are not read either") {
  Origin origin(greet);
  TemporaryDirectory directory;
  Fifo both((directory.path() / "both").string());
  Redirected larder(origin, both.path(), both.path());
  larder.serve(5'000);
  // Each reports at length what is wrong with the configuration.
  for (int i = 0; i < 200; ++i) larder.process().signal(SIGHUP);
  CHECK(larder.client().get("/b").status == 200);
  const auto begun = steady_clock::now();
  larder.process().terminate();
  CHECK(larder.process().wait(patience) == 0);
  CHECK(steady_clock::now() - begun < std::chrono::seconds(4));
}

TEST_CASE("A log whose reader has gone does not end larder") {
  Origin origin(greet);
  TemporaryDirectory directory;
  const std::string err = (directory.path() / "err").string();
  std::optional<Fifo> out(std::in_place, (directory.path() / "out").string());
  Redirected larder(origin, out->path(), err);
  out.reset();
  larder.serve(1'000);
  CHECK(eventually(
      [&] { return contains(content_of(err), "the access log (stdout) cannot be written: Broken pipe"); }));
  CHECK(larder.dropped() > 0);
  larder.process().terminate();
  CHECK(larder.process().wait(patience) == 0);
}

TEST_CASE("Logs to nowhere: a full disk is reported, and closed descriptors are not reused for sockets") {
  Origin origin(greet);
  TemporaryDirectory directory;
  const std::string err = (directory.path() / "err").string();
  Redirected full(origin, "/dev/full", err);
  full.serve(1'000);
  CHECK(eventually([&] { return contains(content_of(err), "cannot be written: No space left on device"); }));
  CHECK(full.dropped() == 1'000);
  full.process().terminate();
  CHECK(full.process().wait(patience) == 0);

  Redirected closed(origin, "&-", "&-");
  closed.serve(1'000);
  for (const char* number : {"0", "1", "2"}) {
    const std::string link = "/proc/" + std::to_string(closed.process().pid()) + "/fd/" + number;
    CHECK(std::filesystem::read_symlink(link) == "/dev/null");
  }
}

TEST_CASE("SIGUSR1 reopens the access log's file, and does no harm if there is none") {
  Origin origin(greet);
  TemporaryDirectory directory;
  const std::string file = (directory.path() / "access.log").string();
  Larder larder(Yaml{.upstream = origin.url(), .rest = "log: {access: on, file: " + file + "}\n"});
  larder.client().get("/first");
  CHECK(eventually([&] { return contains(content_of(file), "/first"); }));
  std::filesystem::rename(file, file + ".1");
  larder.process().signal(SIGUSR1);
  CHECK(eventually([&] { return std::filesystem::exists(file); }));
  larder.client().get("/second");
  CHECK(eventually([&] { return contains(content_of(file), "/second"); }));
  CHECK_FALSE(contains(content_of(file + ".1"), "/second"));
  CHECK_FALSE(contains(larder.process().output(), "/first"));
  // The open file stays in use if it cannot be reopened.
  std::filesystem::rename(file, file + ".2");
  std::filesystem::create_directory(file);
  larder.process().signal(SIGUSR1);
  CHECK(eventually([&] { return larder.log_lines_with("cannot reopen") == 1; }));
  larder.client().get("/third");
  CHECK(eventually([&] { return contains(content_of(file + ".2"), "/third"); }));

  Larder without(Yaml{.upstream = origin.url()});
  for (const int signal : {SIGUSR1, SIGUSR2, SIGPIPE, SIGUSR1, SIGHUP}) without.process().signal(signal);
  CHECK(eventually([&] { return without.log_lines_with("log.file is not set") > 0; }));
  CHECK(without.client().get("/a").status == 200);
}

TEST_CASE("A log file that cannot be opened prevents the start, and the reason is shown") {
  TemporaryDirectory directory;
  const std::string path = (directory.path() / "larder.yaml").string();
  std::ofstream(path) << "listen: 127.0.0.1:0\nupstreams: {a: {servers: [\"http://127.0.0.1:1\"]}}\n"
                      << "log: {access: on, file: /nowhere/access.log}\n";
  const Run run = run_larder({"--config", path});
  CHECK(run.exit_code == 2);
  CHECK(contains(run.errors, "log.file: cannot open /nowhere/access.log: No such file or directory"));
}

}  // namespace larder::test
