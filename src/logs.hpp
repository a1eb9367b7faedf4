#pragma once

#include "line_writer.hpp"

#include <larder/base/log.hpp>
#include <larder/config/config.hpp>
#include <larder/pipeline/access_log.hpp>

#include <memory>

namespace larder {

/// The logs: larder's own messages go to stderr, the access log to stdout or to `log.file`. Each has a
/// bounded queue and a thread of its own, so that no request waits for their readers, nor one log for
/// the other's reader.
class Logs final : public pipeline::AccessSink {
 public:
  /// Throws std::runtime_error if `log.file` cannot be opened.
  explicit Logs(const config::Logging& settings);
  ~Logs() override;

  Log& log() { return *log_; }

  /// As `log.level`. From any thread.
  void set_level(const std::string& level);

  void write(const pipeline::AccessRecord& record) override;

  /// Reopens `log.file`, so that the old one can be moved away first. Logs the outcome.
  void reopen();

  /// Lines that were lost, so far. From any thread.
  pipeline::LostLines lost() const { return {access_.lost(), messages_.lost()}; }

  /// Writes what is queued until `deadline`, and gives up what is left. The last call.
  void finish(SteadyTime deadline);

 private:
  config::Logging::Format format_;
  std::string file_;
  LineWriter messages_;
  std::shared_ptr<Log> log_;
  LineWriter access_;
};

}  // namespace larder
