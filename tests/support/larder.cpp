#include "support/larder.hpp"

#include "support/ports.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace larder::test {

namespace {

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](unsigned char c) { return std::tolower(c); });
  return lowered;
}

}  // namespace

std::string larder_binary() {
  const char* const named = std::getenv("LARDER_BINARY");
  return named == nullptr ? LARDER_BUILT_BINARY : named;
}

std::string Yaml::text() const {
  std::string text = "upstreams:\n  shop:\n    servers: [" + upstream + "]\n";
  if (!timeouts.empty()) text += "    timeouts: " + timeouts + "\n";
  text += protection;
  if (!redis.empty() || !store.empty()) text += "store:\n" + store;
  if (!redis.empty()) text += "  redis: {url: \"" + redis + "\", timeout: " + redis_timeout + "}\n";
  if (!routes.empty()) text += "routes:\n" + routes;
  if (rest.find("shutdown_grace") == std::string::npos) text += "shutdown_grace: 1s\n";
  return text + rest;
}

Larder::Larder(std::string yaml) : yaml_(std::move(yaml)) {
  start();
}

Larder::Larder(const Yaml& yaml) : yaml_(text_of(yaml)) {
  start();
}

std::string Larder::text_of(const Yaml& yaml) {
  const char* const memory = std::getenv("LARDER_TEST_MEMORY");
  const bool is_without = memory != nullptr && std::string_view(memory) == "0";
  if (!is_without || yaml.store.find("memory") != std::string::npos) return yaml.text();
  Yaml without = yaml;
  without.store += "  memory: 0\n";
  if (yaml.redis.empty() && yaml.store.find("redis") == std::string::npos) {
    if (own_redis_ == nullptr) own_redis_ = std::make_unique<RedisServer>();
    without.redis = own_redis_->url();
  }
  return without.text();
}

Larder::~Larder() {
  process_->terminate();
  check_end();
}

std::optional<int> Larder::stop() {
  process_->terminate();
  return process_->wait(patience);
}

void Larder::restart() {
  process_->terminate();
  check_end();
  start();
}

int Larder::log_lines_with(std::string_view text) const {
  std::istringstream lines(lower(log()));
  const std::string wanted = lower(text);
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(wanted) != std::string::npos) ++count;
  }
  return count;
}

std::uint64_t Larder::peak_memory() const {
  std::ifstream file("/proc/" + std::to_string(process_->pid()) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
  }
  throw std::runtime_error("no VmHWM: larder has ended");
}

void Larder::start() {
  write(port_.address());
  const std::string path = (directory_.path() / "larder.yaml").string();
  process_ = std::make_unique<Process>(std::vector<std::string>{larder_binary(), "--config", path});
  eventually([this] { return accepts_connections(port()) || !process_->is_running(); }, patience);
  if (!process_->is_running() || !accepts_connections(port()))
    throw std::runtime_error("larder did not start with\n" + yaml_ + "\nand said\n" + log());
  // Its log of purges begins once it is connected.
  if (own_redis_ != nullptr) {
    eventually([this] { return own_redis_->cli({"EXISTS", "larder:purges"}) == "1"; }, patience);
  }
}

void Larder::write(const std::string& listen) const {
  std::ofstream(directory_.path() / "larder.yaml") << "listen: " << listen << "\n" << yaml_;
}

bool Larder::reload(const std::string& yaml, const std::string& listen) {
  const int done = log_lines_with("configuration reloaded");
  const int refused = log_lines_with("configuration not reloaded");
  yaml_ = yaml;
  write(listen.empty() ? port_.address() : listen);
  process_->signal(SIGHUP);
  bool is_done = false;
  const bool has_spoken = eventually(
      [&] {
        is_done = log_lines_with("configuration reloaded") > done;
        return is_done || log_lines_with("configuration not reloaded") > refused;
      },
      patience);
  if (!has_spoken) throw std::runtime_error("larder did not read its configuration again and said\n" + log());
  return is_done;
}

void Larder::check_end() {
  const std::optional<int> code = process_->wait(patience);
  const std::string said = log();
  INFO(said);
  // deploy/README.md: 3 if purges were lost.
  CHECK(code == (said.find("never reached Redis") == said.npos ? 0 : 3));
  CHECK(said.find("Sanitizer") == std::string::npos);
}

Run run_larder(std::vector<std::string> arguments, std::vector<std::string> environment) {
  arguments.insert(arguments.begin(), larder_binary());
  Process process(std::move(arguments), std::move(environment));
  const std::optional<int> exit_code = process.wait(patience);
  return {exit_code, process.output(), process.errors()};
}

std::string cache_result(const Response& response) {
  const std::string value = response.fields.get("X-Cache");
  return value.substr(0, value.find_first_of(" ;,"));
}

int age(const Response& response) {
  return response.fields.has("Age") ? std::stoi(response.fields.get("Age")) : -1;
}

bool is_sanitized(std::string_view by) {
  const char* const sanitizers = std::getenv("LARDER_SANITIZE");
  return sanitizers != nullptr && *sanitizers != '\0' &&
         std::string_view(sanitizers).find(by) != std::string_view::npos;
}

}  // namespace larder::test
