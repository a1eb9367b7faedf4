#include "raw_head.hpp"

#include <larder/base/token.hpp>
#include <larder/http/field_list.hpp>
#include <larder/http/target.hpp>

#include <algorithm>

namespace larder::http1 {
namespace {

// RFC 9110, section 2.5: a later minor version is read as 1.1; another major version is another protocol.
std::optional<Error> refusal_of_version(std::string_view version) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool is_version = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
                          version[6] == '.' && is_digit(version[7]);
  if (!is_version) return Error::malformed;
  return version[5] == '1' ? std::nullopt : std::optional(Error::version);
}

}  // namespace

std::size_t size_of_empty_lines(std::string_view bytes) {
  std::size_t size = 0;
  while (bytes.substr(size).starts_with("\r\n")) size += 2;
  return size;
}

RawHead scan_head(std::string_view bytes) {
  RawHead raw;
  std::size_t line = 0;  // where the current one begins
  std::size_t feed = bytes.find('\n');
  while (feed != std::string_view::npos && !raw.whole) {
    ++raw.lines;
    const bool has_return = feed != 0 && bytes[feed - 1] == '\r';
    if (!has_return) raw.broken = true;
    raw.whole = line != 0 && has_return && feed == line + 1;
    line = feed + 1;
    if (raw.whole) break;
    if (line < bytes.size() && (bytes[line] == ' ' || bytes[line] == '\t')) raw.folded = true;
    feed = bytes.find('\n', line);
  }
  raw.text = raw.whole ? bytes.substr(0, line) : bytes;
  if (raw.text.find('\0') != std::string_view::npos) raw.broken = true;
  return raw;
}

std::optional<Error> refusal_of_request_line(std::string_view head, const HeadLimits& limits) {
  const std::size_t end = head.find('\r');
  std::string_view line = head.substr(0, end);
  const bool whole = end != std::string_view::npos;

  const std::string_view method = line.substr(0, line.find(' '));
  // RFC 9112, section 2.2: a CR that no LF follows ends nothing. Whole empty lines do not come this far.
  if (line.empty() && head.size() > 1) return Error::malformed;
  if (!line.empty() && !is_token(method)) return Error::malformed;
  if (method.size() == line.size())
    return whole && !line.empty() ? std::optional(Error::malformed) : std::nullopt;
  line.remove_prefix(method.size() + 1);

  const std::string_view target = line.substr(0, line.find(' '));
  if (target.size() > limits.target) return Error::uri_too_long;
  if (!line.empty() && !http::is_target_text(target)) return Error::malformed;
  if (target.size() == line.size()) return whole ? std::optional(Error::malformed) : std::nullopt;
  line.remove_prefix(target.size() + 1);

  static constexpr std::string_view versions = "HTTP/";
  if (whole) return refusal_of_version(line);
  const std::size_t known = std::min(line.size(), versions.size());
  const bool may_be_version = line.size() <= 8 && line.substr(0, known) == versions.substr(0, known);
  return may_be_version ? std::nullopt : std::optional(Error::malformed);
}

bool may_be_status_line(std::string_view head) {
  static constexpr std::string_view version = "HTTP/1.";
  const std::size_t known = std::min(head.size(), version.size());
  return head.substr(0, known) == version.substr(0, known);
}

}  // namespace larder::http1
