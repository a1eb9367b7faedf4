#include <larder/pipeline/access_log.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <fmt/chrono.h>

namespace larder::pipeline {
namespace {

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

/// A word that is there and has no space: those who read the line count words.
std::string word_in_line(std::string_view text) {
  std::string word = text.empty() ? "-" : quoted(text);
  std::replace(word.begin(), word.end(), ' ', '_');
  return word;
}

std::string_view word_of(AccessRecord::End end) {
  switch (end) {
    case AccessRecord::End::aborted:
      return "aborted";
    case AccessRecord::End::cut_short:
      return "cut_short";
    case AccessRecord::End::whole:
      break;
  }
  return "whole";
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
  record.reason = response.reason;
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
  line["duration_ms"] = std::chrono::floor<Milliseconds>(record.duration).count();
  line["duration_us"] = record.duration.count();
  line["cache"] = record.cache_result;
  if (!record.reason.empty()) line["reason"] = record.reason;
  if (!record.told.cause.empty()) line["cause"] = record.told.cause;
  if (!record.told.route.empty()) line["route"] = as_utf8(record.told.route);
  if (record.told.upstream.count() != 0) line["upstream_us"] = record.told.upstream.count();
  if (!record.request_id.empty()) line["request_id"] = record.request_id;
  if (record.end != AccessRecord::End::whole) line[word_of(record.end)] = true;
  if (!record.referer.empty()) line["referer"] = as_utf8(record.referer);
  if (!record.user_agent.empty()) line["user_agent"] = as_utf8(record.user_agent);
  return boost::json::serialize(line);
}

std::string format_common(const AccessRecord& record) {
  std::string line = fmt::format(
      "{} - - [{:%d/%b/%Y:%H:%M:%S} +0000] \"{} {} HTTP/1.{}\" {} {} {}", record.client_address,
      fmt::gmtime(std::chrono::system_clock::to_time_t(record.time)), word_in_line(record.method),
      word_in_line(record.target), record.version_minor, record.status, record.bytes, record.cache_result);
  if (record.end != AccessRecord::End::whole) line.append(",").append(word_of(record.end));
  return line;
}

std::string request_id_of(std::string_view field_value) {
  constexpr std::size_t longest = 128;
  std::string id(field_value.substr(0, longest));
  std::replace_if(
      id.begin(), id.end(), [](char c) { return c < 0x21 || c > 0x7e; }, '_');
  return id;
}

}  // namespace larder::pipeline
