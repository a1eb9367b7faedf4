#pragma once

#include <larder/base/log.hpp>
#include <larder/config/config.hpp>
#include <larder/pipeline/access_log.hpp>

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>

#include <memory>

namespace larder {

/// The logs: what larder has to say goes to stderr, the access log to stdout. Lines are written by a thread
/// of their own from a bounded queue; where it overflows the oldest are lost, and no request waits.
class Logs final : public pipeline::AccessSink {
 public:
  explicit Logs(const config::Logging& settings);
  ~Logs() override;

  Log& log() { return *log_; }

  /// As `log.level`. From any thread.
  void set_level(const std::string& level);

  void write(const pipeline::AccessRecord& record) override;

 private:
  config::Logging::Format format_;
  std::shared_ptr<spdlog::details::thread_pool> writer_;
  std::shared_ptr<spdlog::async_logger> log_;
  std::shared_ptr<spdlog::async_logger> access_;
};

}  // namespace larder
