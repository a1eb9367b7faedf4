#include "framing.hpp"
#include "raw_head.hpp"

#include <larder/base/token.hpp>
#include <larder/http/fault.hpp>
#include <larder/http1/head_parser.hpp>

#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace larder::http1 {
namespace {

namespace beast = boost::beast;
using beast::http::field;
using BeastError = boost::system::error_code;
using http::Fault;

/// What Beast found wrong.
Fault fault_of(const BeastError& found) {
  using beast::http::error;
  for (const error of_start_line :
       {error::bad_method, error::bad_target, error::bad_version, error::bad_status, error::bad_reason}) {
    if (found == of_start_line) return Fault::start_line;
  }
  return found == error::bad_line_ending ? Fault::line_end : Fault::field_line;
}

/// The same of its own checks of framing, which come before the field that fails them is counted.
Fault fault_of_framing(const BeastError& found, const ControlFields& before) {
  using beast::http::error;
  if (found == error::multiple_content_length) return Fault::several_lengths;
  if (found == error::bad_content_length) {
    if (before.transfer_encodings != 0) return Fault::length_and_coding;
    return before.content_lengths != 0 ? Fault::several_lengths : Fault::length;
  }
  if (found != error::bad_transfer_encoding) return fault_of(found);
  if (before.content_lengths != 0) return Fault::length_and_coding;
  return before.transfer_encodings != 0 ? Fault::several_codings : Fault::coding;
}

std::string_view view_of(beast::string_view text) {
  return {text.data(), text.size()};
}

/// Collects what Beast reads. It is fed one whole head at once, never content.
template <bool is_request>
class HeadReader final : public beast::http::basic_parser<is_request> {
 public:
  using Head = std::conditional_t<is_request, http::RequestHead, http::ResponseHead>;

  /// `text` will be read into `head`. It has that many lines, the start line and the empty one included.
  HeadReader(Head& head, std::string_view text, std::size_t lines) : head_(head), text_(text) {
    // The bounds are ours, and content is not this parser's concern.
    this->header_limit(static_cast<std::uint32_t>(text.size() + 1));
    this->body_limit(boost::none);
    // A line may grow by the space after its colon. Room is left for what a proxy adds.
    head_.fields.clear();
    head_.fields.reserve(lines + 6, text.size() + lines + 192);
  }

  /// What keeps it from being a head that Beast accepts, or a flood of connection options.
  BeastError read() {
    BeastError error;
    this->put(boost::asio::buffer(text_), error);
    if (error) return fault_of_framing(error, control);
    if (!this->is_header_done()) return Fault::field_line;
    if (control.connection_options > ControlFields::most_connection_options) return Fault::options;
    return {};
  }

  ControlFields control;

 private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version,
                       BeastError&) override {
    if constexpr (is_request) {
      head_.method = view_of(method);
      head_.target = view_of(target);
      head_.version_minor = version % 10;
    }
  }

  void on_response_impl(int status, beast::string_view reason, int version, BeastError&) override {
    if constexpr (!is_request) {
      head_.status = status;
      head_.reason = view_of(reason);
      head_.version_minor = version % 10;
    }
  }

  void on_field_impl(field name, beast::string_view text, beast::string_view value, BeastError&) override {
    const std::size_t position = head_.fields.size();
    add(view_of(text), view_of(value));
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

  /// If name and value stand in the head as a list writes them, the line is copied as it is. (A folded
  /// value stands elsewhere.)
  void add(std::string_view name, std::string_view value) {
    const std::string_view line(name.data(), name.size() + value.size() + 4);
    const bool is_inside =
        line.data() >= text_.data() && line.data() + line.size() <= text_.data() + text_.size();
    const bool is_plain = is_inside && value.data() == name.data() + name.size() + 2 &&
                          line[name.size() + 1] == ' ' && line.ends_with("\r\n");
    if (is_plain) return head_.fields.add_line(line, name);
    head_.fields.add(name, value);
  }

  void on_header_impl(BeastError&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, BeastError&) override {}
  std::size_t on_body_impl(beast::string_view body, BeastError&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, BeastError&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, BeastError&) override {
    return body.size();
  }
  void on_finish_impl(BeastError&) override {}

  Head& head_;
  std::string_view text_;
};

constexpr std::size_t status_line_without_reason = std::string_view("HTTP/1.1 200").size();

// A head has its start line and its empty line besides its field lines.
bool has_too_many_fields(const RawHead& raw, const HeadLimits& limits) {
  return raw.lines > limits.fields + 2;
}

// Whether a version is one that Beast refuses: it knows HTTP/1.0 and HTTP/1.1.
bool is_later_minor(char minor) {
  return minor >= '2' && minor <= '9';
}

Result<RequestControl> read_request(std::string_view text, std::size_t lines, http::RequestHead& head) {
  HeadReader<true> reader(head, text, lines);
  if (const BeastError refusal = reader.read()) return refusal;
  // RFC 9112, section 3.2: exactly one Host; HTTP/1.0 knew none. http::target_of() checks its value.
  if (reader.control.hosts > 1) return Fault::several_hosts;
  if (reader.control.hosts == 0 && head.version_minor == 1) return Fault::no_host;
  const Result<Framing> framing = stated_framing(reader.control, head.fields, head.version_minor);
  if (!framing) return framing.error();
  const bool has_content = framing->kind == Framing::Kind::chunked || framing->length > 0;
  RequestControl control;
  control.framing = *framing;
  control.keep_alive = reader.control.persists(head.version_minor);
  // RFC 9110, section 10.1.1: an expectation of HTTP/1.0, or without content, is ignored.
  control.expects_continue = reader.control.expects_continue && head.version_minor == 1 && has_content;
  return control;
}

// RFC 9112, section 6.3.
Result<ParsedResponse> read_response(std::string_view text, std::size_t lines,
                                     std::string_view request_method) {
  ParsedResponse parsed;
  HeadReader<false> reader(parsed.head, text, lines);
  if (const BeastError refusal = reader.read()) return refusal;
  if (parsed.head.status < 100) return Fault::start_line;
  const Result<Framing> stated =
      stated_response_framing(reader.control, parsed.head.fields, parsed.head.version_minor);
  // Another coding of the standard is as useless here as one that is none.
  if (!stated) return stated.error() == Error::unsupported ? Fault::coding : stated.error();
  parsed.framing = *stated;
  parsed.keep_alive = reader.control.persists(parsed.head.version_minor);
  if (http::is_bodiless(parsed.head.status, request_method)) {
    parsed.framing = Framing{};
    // Content after a 204 or 304 that states some would be taken for the next response.
    const bool states_content = stated->kind == Framing::Kind::chunked ||
                                stated->kind == Framing::Kind::until_close || stated->length > 0;
    if (states_content && request_method != "HEAD") parsed.keep_alive = false;
  } else if (stated->kind == Framing::Kind::none || stated->kind == Framing::Kind::until_close) {
    parsed.framing.kind = Framing::Kind::until_close;
    parsed.keep_alive = false;
  }
  return parsed;
}

// RFC 9112, section 5.1: a proxy removes white space between a field's name and its colon from responses.
// Nothing if there is none.
std::optional<std::string> without_blanks_before_colons(std::string_view head) {
  std::string mended;
  for (std::size_t start = 0; start < head.size();) {
    const std::size_t end = std::min(head.find('\n', start), head.size() - 1) + 1;
    const std::string_view line = head.substr(start, end - start);
    const std::size_t colon = start == 0 ? line.npos : line.find(':');
    const std::string_view name = line.substr(0, line.find_last_not_of(" \t", colon - 1) + 1);
    const bool has_blanks = colon != line.npos && name.size() < colon && is_token(name);
    mended.append(has_blanks ? name : line).append(has_blanks ? line.substr(colon) : "");
    start = end;
  }
  return mended.size() < head.size() ? std::optional(std::move(mended)) : std::nullopt;
}

std::string ended_by_crlf(std::string_view bare) {
  std::string text;
  for (const char c : bare) {
    if (c == '\n') text += '\r';
    text += c;
  }
  return text;
}

}  // namespace

Result<std::optional<RequestControl>> parse_request_head(std::string_view bytes, const HeadLimits& limits,
                                                         http::RequestHead& head) {
  const std::size_t skipped = size_of_empty_lines(bytes);
  const RawHead raw = scan_head(bytes.substr(skipped));
  const std::optional<boost::system::error_code> refusal = refusal_of_request_line(raw.text, limits);
  if (refusal) return *refusal;
  // RFC 9112, section 5.2: folded lines are refused in a request.
  if (raw.fault) return *raw.fault;
  if (raw.folded) return Fault::folded_line;
  const std::size_t size = skipped + raw.text.size();
  if (size > limits.head || has_too_many_fields(raw, limits)) return Error::head_too_large;
  if (!raw.whole) return std::optional<RequestControl>();
  std::string mended;
  const std::size_t minor = raw.text.find('\r') - 1;
  if (is_later_minor(raw.text[minor])) {
    mended = raw.text;
    mended[minor] = '1';
  }
  Result<RequestControl> control = read_request(mended.empty() ? raw.text : mended, raw.lines, head);
  if (!control) return control.error();
  control->size = size;
  return std::optional(*control);
}

Result<std::optional<ParsedRequest>> parse_request_head(std::string_view bytes, const HeadLimits& limits) {
  ParsedRequest parsed;
  const Result<std::optional<RequestControl>> control = parse_request_head(bytes, limits, parsed.head);
  if (!control) return control.error();
  if (!control->has_value()) return std::optional<ParsedRequest>();
  static_cast<RequestControl&>(parsed) = **control;
  return std::optional(std::move(parsed));
}

Result<std::optional<ParsedResponse>> parse_response_head(std::string_view bytes,
                                                          std::string_view request_method,
                                                          const HeadLimits& limits) {
  if (!may_be_status_line(bytes)) return fault_of_beginning(bytes);
  const bool is_bare = begins_with_bare_feed(bytes);
  const RawHead raw = is_bare ? scan_bare_head(bytes) : scan_head(bytes);
  if (raw.fault) return *raw.fault;
  if (raw.text.size() > limits.head) return Fault::head_size;
  if (has_too_many_fields(raw, limits)) return Fault::field_count;
  if (!raw.whole) return std::optional<ParsedResponse>();
  const std::string with_returns = is_bare ? ended_by_crlf(raw.text) : std::string();
  const std::string_view head = is_bare ? std::string_view(with_returns) : raw.text;
  std::string mended;
  // RFC 9112, section 4: the space stays if there is no reason phrase. Servers that leave it out exist; it
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
  const std::string_view text = mended.empty() ? head : std::string_view(mended);
  Result<ParsedResponse> parsed = read_response(text, raw.lines, request_method);
  if (!parsed) {
    const std::optional<std::string> without_blanks = without_blanks_before_colons(text);
    if (!without_blanks) return parsed.error();
    parsed = read_response(*without_blanks, raw.lines, request_method);
    if (!parsed) return parsed.error();
  }
  parsed->size = raw.text.size();
  return std::optional(std::move(*parsed));
}

}  // namespace larder::http1
