#include <larder/http/fault.hpp>

#include <string>

namespace larder::http {
namespace {

struct Wording {
  std::string_view token;
  std::string_view words;
};

// A switch without default, so that the compiler asks for the words of a new fault.
Wording wording_of(Fault fault) {
  switch (fault) {
    case Fault::tls:
      return {"tls-on-plain-port", "TLS where plain HTTP is spoken"};
    case Fault::not_http:
      return {"not-http", "it does not begin as HTTP/1.1 does"};
    case Fault::start_line:
      return {"bad-start-line", "its first line has the wrong form"};
    case Fault::version:
      return {"bad-version", "its version is not HTTP/1.0 or HTTP/1.1"};
    case Fault::line_end:
      return {"bare-lf", "some of its lines end in a bare LF, others in CR LF"};
    case Fault::nul:
      return {"nul", "there is a NUL in its head"};
    case Fault::field_line:
      return {"bad-field-line", "a field line has the wrong form"};
    case Fault::folded_line:
      return {"folded-line", "a field line is folded"};
    case Fault::options:
      return {"connection-options", "Connection has too many options"};
    case Fault::head_size:
      return {"head-size", "its head is too large"};
    case Fault::field_count:
      return {"field-count", "it has too many field lines"};
    case Fault::no_host:
      return {"host-missing", "it has no Host"};
    case Fault::several_hosts:
      return {"several-hosts", "it has more than one Host"};
    case Fault::host:
      return {"bad-host", "its Host names no host"};
    case Fault::target:
      return {"bad-target", "its target has the wrong form"};
    case Fault::protected_option:
      return {"protected-option", "Connection names a field that no proxy may take out"};
    case Fault::length:
      return {"bad-length", "Content-Length is not a number"};
    case Fault::several_lengths:
      return {"several-lengths", "it has more than one Content-Length"};
    case Fault::length_and_coding:
      return {"length-and-coding", "it has both Content-Length and Transfer-Encoding"};
    case Fault::several_codings:
      return {"several-codings", "it has more than one Transfer-Encoding"};
    case Fault::coding:
      return {"bad-coding", "Transfer-Encoding is not exactly \"chunked\""};
    case Fault::early_coding:
      return {"early-coding", "HTTP/1.0 has no Transfer-Encoding"};
    case Fault::chunk:
      return {"bad-chunk", "a chunk has the wrong form"};
    case Fault::content_size:
      return {"content-size", "the content has another size than was stated"};
    case Fault::switching:
      return {"switching", "a 101 (Switching Protocols) that was not asked for"};
    case Fault::interim_flood:
      return {"interim-flood", "too many interim responses (1xx): more than 16 at once and 10 a second"};
  }
  return {"malformed", "it is malformed"};
}

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "http"; }
  std::string message(int value) const override {
    return std::string(wording_of(static_cast<Fault>(value)).words);
  }
};

}  // namespace

const boost::system::error_category& fault_category() noexcept {
  static const Category category;
  return category;
}

std::string_view token_of(Fault fault) {
  return wording_of(fault).token;
}

}  // namespace larder::http
