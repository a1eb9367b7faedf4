#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/count_table.hpp>
#include <larder/pipeline/handler.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace larder::pipeline {

/// One exchange as the access log reports it.
struct AccessRecord {
  Time time;  ///< when the request's head had been read
  std::string client_address;
  std::string method;
  std::string target;
  std::string host;
  int version_minor = 1;
  int status = 0;
  std::uint64_t bytes = 0;  ///< of content that the connection took
  std::chrono::microseconds duration{0};
  std::string_view cache_result;
  std::string_view reason;  ///< as Response::reason
  Telling told;             ///< by the handlers
  std::string request_id;   ///< X-Request-Id as it came, cleaned: request_id_of()
  std::string referer;
  std::string user_agent;

  /// How the exchange ended.
  enum class End {
    whole,
    aborted,    ///< the client left before it had everything, or with a part of its request unsent
    cut_short,  ///< the upstream broke off
  };
  End end = End::whole;
};

/// As it goes into a line: at most 128 bytes, of which those that are not visible ASCII become `_`.
std::string request_id_of(std::string_view field_value);

/// The record of a request that no handler saw. `request_line` is as much of it as there is, in any form.
AccessRecord refusal_record(std::string_view request_line, std::string_view client_address,
                            const Response& response, Time now);

/// One JSON object, without a line end.
std::string format_json(const AccessRecord& record);

/// The Common Log Format, with the cache's result at the end, without a line end.
std::string format_common(const AccessRecord& record);

/// Takes finished lines; safe to call from any thread, and never waits.
class AccessSink {
 public:
  virtual ~AccessSink() = default;
  virtual void write(const AccessRecord& record) = 0;
};

/// Lines that were never written, because they were not read or the disk was full.
struct LostLines {
  std::uint64_t access = 0;
  std::uint64_t messages = 0;

  static constexpr auto table = std::to_array<CountRow<LostLines>>({
      {"dropped_access", &LostLines::access, "Lines of the access log that were never written."},
      {"dropped_messages", &LostLines::messages, "Messages of larder that were never written."},
  });
};

/// Writes a record of every exchange once its content has been handed over.
class AccessLog final : public Handler {
 public:
  AccessLog(Handler& inner, AccessSink& sink, const Clock& clock)
      : inner_(inner), sink_(sink), clock_(clock) {}
  bool answer_now(Request& request, Response& response) override;
  Task<Result<Response>> handle(Request& request) override;

 private:
  struct Open;
  class Counting;
  static Open open(const Request& request, Time now);
  void write_when_done(Open open, const Request& request, Response& response);

  Handler& inner_;
  AccessSink& sink_;
  const Clock& clock_;
};

/// The first word of X-Cache.
std::string_view word_of(CacheResult result);

}  // namespace larder::pipeline
