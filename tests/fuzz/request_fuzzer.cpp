// A connection's bytes: request heads, their targets and their content, one after another.
#include "fuzz.hpp"
#include "messages.hpp"

#include <larder/base/token.hpp>
#include <larder/http/target.hpp>
#include <larder/http1/head_writer.hpp>

using namespace larder;
using namespace larder::fuzz;

namespace {

// What is refused early is refused late, and what is read early is not changed by what follows.
void require_stable(std::string_view bytes, const http1::HeadLimits& limits, std::size_t cut) {
  const auto early = http1::parse_request_head(bytes.substr(0, cut), limits);
  const auto late = http1::parse_request_head(bytes, limits);
  if (!early) require(!late, "a head that is refused early is refused whole");
  if (!early || !*early) return;
  require(late && *late && (*late)->size == (*early)->size, "what follows a head does not change it");
  require((*late)->head.fields == (*early)->head.fields, "what follows a head does not change its fields");
}

void require_sound_target(const http::RequestHead& head) {
  const Result<http::Target> target = http::target_of(head, "http");
  if (!target) return;
  require(target->scheme == "http", "the scheme is the connection's");
  require(target->path.starts_with('/') || target->path == "*", "a path begins with a slash");
  require(http::is_target_text(target->origin_form()), "the origin form may be sent on");
  require(target->path.find('?') == std::string::npos, "the query is no part of the path");
  if (target->host.empty()) return;
  const auto again = http::parse_authority(target->authority(), "http");
  require(again && again->host == target->host && again->port == target->port, "an authority is normal");
}

// What is sent to the origin is read there as it was read here.
void require_rewritable(const http1::ParsedRequest& parsed) {
  const http::FieldList fields = without_framing(parsed.head.fields);
  const auto persistence = parsed.keep_alive ? http1::Persistence::keep_alive : http1::Persistence::close;
  std::string wire;
  http1::write_request_head(wire, parsed.head.method, parsed.head.target, fields, parsed.framing,
                            persistence);
  // HTTP/1.0 has no Host, HTTP/1.1 requires one.
  if (!fields.contains("Host")) return;
  const auto again = http1::parse_request_head(wire, {});
  require(again && *again, "a request that was written is read");
  require((*again)->size == wire.size(), "a request that was written ends where it did");
  require((*again)->head.method == parsed.head.method && (*again)->head.target == parsed.head.target,
          "the request line survives being written");
  require(same_framing((*again)->framing, parsed.framing), "the framing survives being written");
  require((*again)->keep_alive == parsed.keep_alive, "persistence survives being written");
}

void require_sound_request(std::string_view bytes, const http1::ParsedRequest& parsed) {
  require(parsed.size <= bytes.size(), "a head is no longer than its bytes");
  const std::string_view head = bytes.substr(0, parsed.size);
  require(head.ends_with("\r\n\r\n"), "a head ends with an empty line");
  require(is_token(parsed.head.method), "a method is a token");
  require(http::is_target_text(parsed.head.target), "a target is visible ASCII");
  require(parsed.framing.kind != http1::Framing::Kind::until_close, "a request has an end");
  require_sound(parsed.head.fields);
  require_same_framing_fields(head, parsed.head.fields);
  require_sound_target(parsed.head);
  require_rewritable(parsed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(text_of(data, size));
  const http1::HeadLimits limits = limits_by(input.byte());
  const std::size_t piece = input.byte();
  std::string_view bytes = input.rest();
  for (;;) {
    require_stable(bytes, limits, piece);
    require_stable(bytes, limits, bytes.size() / 2);
    require_stable(bytes, limits, bytes.empty() ? 0 : bytes.size() - 1);
    const auto parsed = http1::parse_request_head(bytes, limits);
    if (!parsed || !*parsed) return 0;
    require_sound_request(bytes, **parsed);
    bytes.remove_prefix((*parsed)->size);
    const std::optional<std::size_t> content = size_of_content((*parsed)->framing, bytes, piece);
    if (!content) return 0;
    bytes.remove_prefix(*content);
  }
}
