#include "logs.hpp"

#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <unistd.h>

namespace larder {
namespace {

constexpr Milliseconds time_to_finish{500};
constexpr Milliseconds time_for_last_words{200};

std::string_view color_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::info:
      return "\033[32m";
    case spdlog::level::warn:
      return "\033[33m\033[1m";
    case spdlog::level::err:
      return "\033[31m\033[1m";
    default:
      return "\033[36m";
  }
}

/// Formats messages on the calling thread, and leaves the writing to another.
class MessageSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  MessageSink(LineWriter& writer, bool is_colored) : writer_(writer), is_colored_(is_colored) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t formatted;
    formatter_->format(message, formatted);
    std::string line(formatted.data(), formatted.size());
    if (is_colored_ && message.color_range_end > message.color_range_start) {
      line.insert(message.color_range_end, "\033[m");
      line.insert(message.color_range_start, color_of(message.level));
    }
    writer_.write(std::move(line));
  }
  void flush_() override {}

  LineWriter& writer_;
  const bool is_colored_;
};

/// A pipe without a reader is an error, and nothing to wait for.
int open_log(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);
}

int open_or_throw(const std::string& path) {
  if (path.empty()) return STDOUT_FILENO;
  const int descriptor = open_log(path);
  if (descriptor == -1)
    throw std::runtime_error("log.file: cannot open " + path + ": " + std::strerror(errno));
  return descriptor;
}

}  // namespace

Logs::Logs(const config::Logging& settings)
    : format_(settings.format),
      file_(settings.file),
      messages_("the log (stderr)", STDERR_FILENO, false,
                [this](const std::string& message) { log_->warn("{}", message); }),
      log_(std::make_shared<Log>("larder",
                                 std::make_shared<MessageSink>(messages_, ::isatty(STDERR_FILENO) == 1))),
      access_(file_.empty() ? "the access log (stdout)" : "the access log (" + file_ + ")",
              open_or_throw(file_), !file_.empty(),
              [this](const std::string& message) { log_->warn("{}", message); }) {
  log_->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  set_level(settings.level);
}

Logs::~Logs() {
  finish(std::chrono::steady_clock::now() + time_to_finish);
}

void Logs::set_level(const std::string& level) {
  log_->set_level(spdlog::level::from_str(level));
}

void Logs::write(const pipeline::AccessRecord& record) {
  access_.write((format_ == config::Logging::Format::json ? pipeline::format_json(record)
                                                          : pipeline::format_common(record)) +
                '\n');
}

void Logs::reopen() {
  if (file_.empty()) return log_->info("there is no log file to reopen: log.file is not set");
  const int descriptor = open_log(file_);
  if (descriptor == -1) {
    return log_->error("log.file: cannot reopen {}: {}; keeping the open one", file_, std::strerror(errno));
  }
  access_.replace(descriptor);
  log_->info("log.file: {} reopened", file_);
}

void Logs::finish(SteadyTime deadline) {
  const std::uint64_t lost_before = access_.lost();
  access_.finish(deadline);
  if (const std::uint64_t lost = access_.lost() - lost_before; lost != 0) {
    log_->warn("{} lines of the access log were given up at the end: it was not read", lost);
  }
  messages_.finish(std::max(deadline, std::chrono::steady_clock::now() + time_for_last_words));
}

}  // namespace larder
