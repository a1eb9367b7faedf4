#include <larder/pipeline/access_log.hpp>
#include <larder/pipeline/problem.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/chrono.h>

namespace larder::pipeline {
namespace {

/// Counts streamed content and writes the record when it ends, well or not.
class CountingReader final : public BodyReader {
 public:
  CountingReader(std::unique_ptr<BodyReader> inner, AccessRecord record, AccessSink& sink, const Clock& clock)
      : inner_(std::move(inner)), record_(std::move(record)), sink_(sink), clock_(clock) {}

  ~CountingReader() override {
    record_.duration = clock_.now() - record_.time;
    sink_.write(record_);
  }

  Task<Result<std::string_view>> read() override {
    const Result<std::string_view> piece = co_await inner_->read();
    if (piece) record_.bytes += piece->size();
    co_return piece;
  }

  bool is_ready() const override { return inner_->is_ready(); }
  void give_up() override { inner_->give_up(); }
  std::uint64_t held_unstored() const override { return inner_->held_unstored(); }

 private:
  std::unique_ptr<BodyReader> inner_;
  AccessRecord record_;
  AccessSink& sink_;
  const Clock& clock_;
};

AccessRecord begin_record(const Request& request, Time now) {
  AccessRecord record;
  record.time = now;
  record.client_address = request.client_address;
  record.method = request.head.method;
  record.target = request.head.target;
  record.host = request.target.authority();
  record.version_minor = request.head.version_minor;
  record.referer = request.head.fields.find("Referer").value_or("");
  record.user_agent = request.head.fields.find("User-Agent").value_or("");
  return record;
}

/// A control byte or a quote in what a client sent must not break out of its place in a line.
std::string quoted(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || c == '"' || c == '\\') {
      safe += fmt::format("\\x{:02x}", byte);
    } else {
      safe += c;
    }
  }
  return safe;
}

/// JSON is UTF-8; a field value may be any bytes (RFC 9110, section 5.5): those from 0x80 on are written as
/// Latin-1.
std::string as_utf8(std::string_view text) {
  std::string utf8;
  utf8.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(0xC0 | (byte >> 6));
      utf8 += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return utf8;
}

/// As much of what was sent instead of a request as fits into a line of the log.
constexpr std::size_t longest_target = 1024;

}  // namespace

AccessRecord refusal_record(std::string_view request_line, std::string_view client_address,
                            const Response& response, Time now) {
  const std::size_t end_of_method = request_line.find(' ');
  const std::size_t target = end_of_method == request_line.npos ? request_line.size() : end_of_method + 1;
  AccessRecord record;
  record.time = now;
  record.client_address = client_address;
  record.method = request_line.substr(0, std::min(end_of_method, longest_target));
  record.target = request_line.substr(target, longest_target);
  record.target.resize(std::min(record.target.size(), record.target.find(' ')));
  record.status = response.head.status;
  record.bytes = response.body.bytes().size();
  record.cache_result = word_of(response.cache_result);
  return record;
}

std::string_view word_of(CacheResult result) {
  switch (result) {
    case CacheResult::hit:
      return "HIT";
    case CacheResult::miss:
      return "MISS";
    case CacheResult::stale:
      return "STALE";
    case CacheResult::revalidated:
      return "REVALIDATED";
    case CacheResult::bypass:
      return "BYPASS";
    case CacheResult::none:
      break;
  }
  return "-";
}

std::string format_json(const AccessRecord& record) {
  boost::json::object line;
  const auto milliseconds = record.time.time_since_epoch() % Seconds{1};
  line["time"] =
      fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                  fmt::gmtime(std::chrono::system_clock::to_time_t(record.time)), milliseconds.count());
  line["client"] = record.client_address;
  line["method"] = as_utf8(record.method);
  line["host"] = as_utf8(record.host);
  line["target"] = as_utf8(record.target);
  line["protocol"] = record.version_minor == 0 ? "HTTP/1.0" : "HTTP/1.1";
  line["status"] = record.status;
  line["bytes"] = record.bytes;
  line["duration_ms"] = record.duration.count();
  line["cache"] = record.cache_result;
  if (!record.referer.empty()) line["referer"] = as_utf8(record.referer);
  if (!record.user_agent.empty()) line["user_agent"] = as_utf8(record.user_agent);
  return boost::json::serialize(line);
}

std::string format_common(const AccessRecord& record) {
  return fmt::format("{} - - [{:%d/%b/%Y:%H:%M:%S} +0000] \"{} {} HTTP/1.{}\" {} {} {}",
                     record.client_address, fmt::gmtime(std::chrono::system_clock::to_time_t(record.time)),
                     quoted(record.method), quoted(record.target), record.version_minor, record.status,
                     record.bytes, record.cache_result);
}

bool AccessLog::answer_now(Request& request, Response& response) {
  const Time now = clock_.now();
  if (!inner_.answer_now(request, response)) return false;
  write_when_done(begin_record(request, now), request, response);
  return true;
}

Task<Result<Response>> AccessLog::handle(Request& request) {
  AccessRecord record = begin_record(request, clock_.now());
  Result<Response> response = co_await inner_.handle(request);
  if (!response) response = origin_problem(response.error());
  record.client_address = request.client_address;  // as far as proxies are trusted
  write_when_done(std::move(record), request, *response);
  co_return response;
}

/// Writes the record once the content has been handed over: now, if it is all there.
void AccessLog::write_when_done(AccessRecord record, const Request& request, Response& response) {
  record.status = response.head.status;
  record.cache_result = word_of(response.cache_result);
  if (response.body.is_streamed()) {
    const std::optional<std::uint64_t> length = response.body.length();
    auto counting =
        std::make_unique<CountingReader>(response.body.take_reader(), std::move(record), sink_, clock_);
    response.body = Body(std::move(counting), length);
  } else {
    record.bytes = request.head.method == "HEAD" ? 0 : response.body.bytes().size();
    record.duration = clock_.now() - record.time;
    sink_.write(record);
  }
}

}  // namespace larder::pipeline
