#include "framing.hpp"
#include "raw_head.hpp"

#include <larder/http1/head_parser.hpp>

#include <boost/beast/http/basic_parser.hpp>

#include <optional>
#include <string>
#include <utility>

namespace larder::http1 {
namespace {

namespace beast = boost::beast;
using beast::http::field;
using BeastError = boost::system::error_code;

std::string_view view_of(beast::string_view text) {
  return {text.data(), text.size()};
}

/// Collects what Beast reads. It is fed one whole head at once, never content.
template <bool is_request>
class HeadReader final : public beast::http::basic_parser<is_request> {
 public:
  /// `lines` are those of the head, its start line and empty line included.
  HeadReader(std::string_view head, std::size_t lines) {
    // The bounds are ours, and content is none of this parser's business.
    this->header_limit(static_cast<std::uint32_t>(head.size() + 1));
    this->body_limit(boost::none);
    // A line may grow by the space after its colon. Room is left for what a proxy adds.
    fields.reserve(lines + 6, head.size() + lines + 192);
  }

  /// Whether `head` is a head that Beast accepts.
  bool read(std::string_view head) {
    BeastError error;
    this->put(boost::asio::buffer(head), error);
    return !error && this->is_header_done();
  }

  std::string method;
  std::string target;
  std::string reason;
  int status = 0;
  int version_minor = 1;
  http::FieldList fields;
  ControlFields control;

 private:
  void on_request_impl(beast::http::verb, beast::string_view name, beast::string_view uri, int version,
                       BeastError&) override {
    method = view_of(name);
    target = view_of(uri);
    version_minor = version % 10;
  }

  void on_response_impl(int code, beast::string_view phrase, int version, BeastError&) override {
    status = code;
    reason = view_of(phrase);
    version_minor = version % 10;
  }

  void on_field_impl(field name, beast::string_view text, beast::string_view value, BeastError&) override {
    const std::size_t position = fields.size();
    fields.add(view_of(text), view_of(value));
    switch (name) {
      case field::host:
        ++control.hosts;
        break;
      case field::connection:
        control.add_connection(view_of(value));
        break;
      case field::expect:
        control.add_expect(view_of(value));
        break;
      case field::content_length:
        ++control.content_lengths;
        control.content_length = position;
        break;
      case field::transfer_encoding:
        ++control.transfer_encodings;
        control.transfer_encoding = position;
        break;
      default:
        break;
    }
  }

  void on_header_impl(BeastError&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, BeastError&) override {}
  std::size_t on_body_impl(beast::string_view body, BeastError&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, BeastError&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, BeastError&) override {
    return body.size();
  }
  void on_finish_impl(BeastError&) override {}
};

constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr std::size_t status_line_without_reason = std::string_view("HTTP/1.1 200").size();

// The head at the front of `text` with its empty line, or all of it where the empty line is yet to come.
std::string_view head_so_far(std::string_view text) {
  const std::size_t end = text.find(end_of_head);
  return end == std::string_view::npos ? text : text.substr(0, end + end_of_head.size());
}

// A head has its start line and its empty line besides its field lines.
bool has_too_many_fields(const RawLines& lines, const HeadLimits& limits) {
  return lines.count > limits.fields + 2;
}

// Whether a version is one that Beast refuses: it knows HTTP/1.0 and HTTP/1.1.
bool is_later_minor(char minor) {
  return minor >= '2' && minor <= '9';
}

Result<ParsedRequest> read_request(std::string_view head, const RawLines& lines) {
  HeadReader<true> reader(head, lines.count);
  if (!reader.read(head)) return Error::malformed;
  // RFC 9112, section 3.2: exactly one Host; HTTP/1.0 knew none. What it holds is for http::target_of().
  if (reader.control.hosts > 1 || (reader.control.hosts == 0 && reader.version_minor == 1))
    return Error::malformed;
  const Result<Framing> framing = stated_framing(reader.control, reader.fields, reader.version_minor);
  if (!framing) return framing.error();
  const bool has_content = framing->kind == Framing::Kind::chunked || framing->length > 0;
  ParsedRequest parsed;
  parsed.framing = *framing;
  parsed.keep_alive = reader.control.persists(reader.version_minor);
  // RFC 9110, section 10.1.1: an expectation of HTTP/1.0, or without content, is ignored.
  parsed.expects_continue = reader.control.expects_continue && reader.version_minor == 1 && has_content;
  parsed.head = {std::move(reader.method), std::move(reader.target), reader.version_minor,
                 std::move(reader.fields)};
  return parsed;
}

// RFC 9112, section 6.3.
Result<ParsedResponse> read_response(std::string_view head, const RawLines& lines,
                                     std::string_view request_method) {
  HeadReader<false> reader(head, lines.count);
  if (!reader.read(head)) return Error::malformed;
  if (reader.status < 100) return Error::malformed;
  const Result<Framing> stated = stated_response_framing(reader.control, reader.fields, reader.version_minor);
  if (!stated) return Error::malformed;
  ParsedResponse parsed;
  parsed.framing = *stated;
  parsed.keep_alive = reader.control.persists(reader.version_minor);
  if (is_bodiless(reader.status, request_method)) {
    parsed.framing = Framing{};
    // Content after a 204 or 304 that states some would be taken for the next response.
    const bool states_content = stated->kind == Framing::Kind::chunked ||
                                stated->kind == Framing::Kind::until_close || stated->length > 0;
    if (states_content && request_method != "HEAD") parsed.keep_alive = false;
  } else if (stated->kind == Framing::Kind::none || stated->kind == Framing::Kind::until_close) {
    parsed.framing.kind = Framing::Kind::until_close;
    parsed.keep_alive = false;
  }
  parsed.head = {reader.version_minor, reader.status, std::move(reader.reason), std::move(reader.fields)};
  return parsed;
}

}  // namespace

Result<std::optional<ParsedRequest>> parse_request_head(std::string_view bytes, const HeadLimits& limits) {
  const std::size_t skipped = size_of_empty_lines(bytes);
  const std::string_view head = head_so_far(bytes.substr(skipped));
  const std::optional<Error> refusal = refusal_of_request_line(head, limits);
  if (refusal) return *refusal;
  const RawLines lines = scan_lines(head);
  // RFC 9112, section 5.2: folded lines are refused in a request.
  if (lines.broken || lines.folded) return Error::malformed;
  if (skipped + head.size() > limits.head || has_too_many_fields(lines, limits)) return Error::head_too_large;
  if (!head.ends_with(end_of_head)) return std::optional<ParsedRequest>();
  std::string mended;
  const std::size_t minor = head.find('\r') - 1;
  if (is_later_minor(head[minor])) {
    mended = head;
    mended[minor] = '1';
  }
  Result<ParsedRequest> parsed = read_request(mended.empty() ? head : mended, lines);
  if (!parsed) return parsed.error();
  parsed->size = skipped + head.size();
  return std::optional(std::move(*parsed));
}

Result<std::optional<ParsedResponse>> parse_response_head(std::string_view bytes,
                                                          std::string_view request_method,
                                                          const HeadLimits& limits) {
  const std::string_view head = head_so_far(bytes);
  const RawLines lines = scan_lines(head);
  if (!may_be_status_line(head) || lines.broken) return Error::malformed;
  if (head.size() > limits.head || has_too_many_fields(lines, limits)) return Error::malformed;
  if (!head.ends_with(end_of_head)) return std::optional<ParsedResponse>();
  std::string mended;
  // RFC 9112, section 4: the space stays where there is no reason phrase. Servers that leave it out exist; it
  // says nothing.
  if (head.find('\r') == status_line_without_reason) {
    mended.append(head.substr(0, status_line_without_reason)).append(" ");
    mended.append(head.substr(status_line_without_reason));
  }
  constexpr std::size_t minor = std::string_view("HTTP/1.").size();
  if (is_later_minor(head[minor])) {
    if (mended.empty()) mended = head;
    mended[minor] = '1';
  }
  // RFC 9112, section 5.2: Beast puts a space in place of each fold.
  Result<ParsedResponse> parsed = read_response(mended.empty() ? head : mended, lines, request_method);
  if (!parsed) return parsed.error();
  parsed->size = head.size();
  return std::optional(std::move(*parsed));
}

}  // namespace larder::http1
