#include "raw_head.hpp"

#include <larder/base/token.hpp>
#include <larder/http/field_list.hpp>
#include <larder/http/target.hpp>

#include <algorithm>

namespace larder::http1 {

using http::Fault;

namespace {

// A record of RFC 8446, section 5.1: an alert or a handshake, of a version that begins with 3.
bool is_tls(std::string_view bytes) {
  return bytes.size() >= 2 && (bytes[0] == '\x15' || bytes[0] == '\x16') && bytes[1] == '\x03';
}

// RFC 9110, section 2.5: a later minor version is read as 1.1; another major version is another protocol.
using Refusal = std::optional<boost::system::error_code>;

Refusal refusal_of_version(std::string_view version) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool is_version = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
                          version[6] == '.' && is_digit(version[7]);
  if (!is_version) return Fault::start_line;
  return version[5] == '1' ? Refusal() : Refusal(Error::version);
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
    if (!has_return) raw.fault = Fault::line_end;
    raw.whole = line != 0 && has_return && feed == line + 1;
    line = feed + 1;
    if (raw.whole) break;
    if (line < bytes.size() && (bytes[line] == ' ' || bytes[line] == '\t')) raw.folded = true;
    feed = bytes.find('\n', line);
  }
  raw.text = raw.whole ? bytes.substr(0, line) : bytes;
  if (raw.text.find('\0') != std::string_view::npos) raw.fault = Fault::nul;
  return raw;
}

bool begins_with_bare_feed(std::string_view bytes) {
  const std::size_t feed = bytes.find('\n');
  return feed != std::string_view::npos && feed != 0 && bytes[feed - 1] != '\r';
}

RawHead scan_bare_head(std::string_view bytes) {
  RawHead raw;
  const std::size_t end = bytes.find("\n\n");
  raw.whole = end != std::string_view::npos;
  raw.text = raw.whole ? bytes.substr(0, end + 2) : bytes;
  raw.lines = static_cast<std::size_t>(std::ranges::count(raw.text, '\n'));
  if (raw.text.find('\r') != std::string_view::npos) raw.fault = Fault::line_end;
  if (raw.text.find('\0') != std::string_view::npos) raw.fault = Fault::nul;
  return raw;
}

Refusal refusal_of_request_line(std::string_view head, const HeadLimits& limits) {
  const std::size_t end = head.find('\r');
  std::string_view line = head.substr(0, end);
  const bool whole = end != std::string_view::npos;

  const std::string_view method = line.substr(0, line.find(' '));
  // RFC 9112, section 2.2: a CR that no LF follows ends nothing. Whole empty lines do not come this far.
  if (line.empty() && head.size() > 1) return Fault::start_line;
  if (!line.empty() && !is_token(method)) return is_tls(head) ? Fault::tls : Fault::start_line;
  if (method.size() == line.size()) return whole && !line.empty() ? Refusal(Fault::start_line) : Refusal();
  line.remove_prefix(method.size() + 1);

  const std::string_view target = line.substr(0, line.find(' '));
  if (target.size() > limits.target) return Error::uri_too_long;
  if (!line.empty() && !http::is_target_text(target)) return Fault::target;
  if (target.size() == line.size()) return whole ? Refusal(Fault::start_line) : Refusal();
  line.remove_prefix(target.size() + 1);

  static constexpr std::string_view versions = "HTTP/";
  if (whole) return refusal_of_version(line);
  const std::size_t known = std::min(line.size(), versions.size());
  const bool may_be_version = line.size() <= 8 && line.substr(0, known) == versions.substr(0, known);
  if (may_be_version) return std::nullopt;
  return line.find('\n') == line.npos ? Fault::start_line : Fault::line_end;
}

bool may_be_status_line(std::string_view head) {
  static constexpr std::string_view version = "HTTP/1.";
  const std::size_t known = std::min(head.size(), version.size());
  return head.substr(0, known) == version.substr(0, known);
}

Fault fault_of_beginning(std::string_view bytes) {
  if (is_tls(bytes)) return Fault::tls;
  return bytes.starts_with("HTTP/") ? Fault::version : Fault::not_http;
}

}  // namespace larder::http1
