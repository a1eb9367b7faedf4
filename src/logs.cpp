#include "logs.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace larder {
namespace {

constexpr std::size_t queued_lines = 8192;
constexpr auto when_full = spdlog::async_overflow_policy::overrun_oldest;

}  // namespace

Logs::Logs(const config::Logging& settings)
    : format_(settings.format), writer_(std::make_shared<spdlog::details::thread_pool>(queued_lines, 1)) {
  auto stderr_sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  log_ = std::make_shared<spdlog::async_logger>("larder", stderr_sink, writer_, when_full);
  log_->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  set_level(settings.level);
  log_->flush_on(spdlog::level::trace);
  auto stdout_sink = std::make_shared<spdlog::sinks::stdout_sink_mt>();
  access_ = std::make_shared<spdlog::async_logger>("access", stdout_sink, writer_, when_full);
  access_->set_pattern("%v");
  access_->flush_on(spdlog::level::trace);
}

Logs::~Logs() {
  writer_.reset();  // writes what is queued and ends its thread, which uses the logs
}

void Logs::set_level(const std::string& level) {
  log_->set_level(spdlog::level::from_str(level));
}

void Logs::write(const pipeline::AccessRecord& record) {
  access_->info("{}", format_ == config::Logging::Format::json ? pipeline::format_json(record)
                                                               : pipeline::format_common(record));
}

}  // namespace larder
