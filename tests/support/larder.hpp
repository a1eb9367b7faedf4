#pragma once

#include "support/client.hpp"
#include "support/process.hpp"
#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"
#include "support/temporary_directory.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::test {

/// The program under test: what LARDER_BINARY in the environment names, else the one of this build.
std::string larder_binary();

/// A configuration file's text for one upstream; the rest as its blocks of YAML. `listen` is Larder's.
struct Yaml {
  std::string upstream;  ///< a URL
  std::string routes = "  - match: /**\n    ttl: 60s\n";
  std::string store;  ///< lines under `store:`, indented by two
  std::string redis;  ///< a URL: the Redis tier
  /// Tests are mostly about responses and not about speed: a sanitized larder on a busy machine meets this
  /// deadline.
  std::string redis_timeout = "500ms";
  std::string timeouts;    ///< `{first_byte: 1s}`
  std::string protection;  ///< lines under the upstream, indented by four
  std::string rest;        ///< top-level lines

  std::string text() const;
};

/// The larder program itself, started with a configuration file in its own directory, on a free port of
/// 127.0.0.1.
class Larder {
 public:
  /// Starts it and waits until it accepts connections. Throws, with what it printed, if it does not.
  explicit Larder(std::string yaml);
  /// With LARDER_TEST_MEMORY=0 in the environment a configuration that says nothing of memory is run with
  /// `memory: 0`, and with a Redis of its own if it names none.
  explicit Larder(const Yaml& yaml);

  /// Ends it, whatever it is doing. The test case fails if it crashed, exits with other than 0 (3 if
  /// it said that purges were lost), or a
  /// sanitizer reported something.
  ~Larder();
  Larder(const Larder&) = delete;
  Larder& operator=(const Larder&) = delete;

  std::uint16_t port() const { return port_.number(); }
  Client client(std::string host = "shop.test") const { return Client(port(), std::move(host)); }

  /// Asks for a graceful shutdown and waits for it: the exit code, or nothing if it does not exit.
  std::optional<int> stop();

  /// Ends it as stop() does and starts it again on the same port.
  void restart();

  /// Replaces the file's configuration (`listen` stays the first line, unless given) and has it read
  /// (SIGHUP): whether larder uses it now. Throws if larder does not say.
  bool reload(const std::string& yaml, const std::string& listen = "");
  bool reload(const Yaml& yaml) { return reload(text_of(yaml)); }

  Process& process() { return *process_; }
  std::string log() const { return process_->output() + process_->errors(); }

  /// How many lines of the log contain `text`, in upper or lower case.
  int log_lines_with(std::string_view text) const;

  /// The most memory it ever had resident (VmHWM), in bytes.
  std::uint64_t peak_memory() const;

 private:
  void start();
  void write(const std::string& listen) const;
  void check_end();
  std::string text_of(const Yaml& yaml);

  std::unique_ptr<RedisServer> own_redis_;
  TemporaryDirectory directory_;
  ReservedPort port_;
  std::string yaml_;
  std::unique_ptr<Process> process_;
};

/// Runs the program with these command-line arguments to its end.
struct Run {
  std::optional<int> exit_code;
  std::string output;
  std::string errors;
};
Run run_larder(std::vector<std::string> arguments, std::vector<std::string> environment = {});

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// The first word of X-Cache.
std::string cache_result(const Response& response);

/// The seconds that Age states; -1 if it is missing.
int age(const Response& response);

/// Whether memory figures mean nothing and everything takes longer: larder was built with the
/// sanitizers that LARDER_SANITIZE in the environment names, `by` among them.
bool is_sanitized(std::string_view by = "");

}  // namespace larder::test
