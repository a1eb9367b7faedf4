// An upstream connection's bytes: interim responses, the final one and its content.
#include "fuzz.hpp"
#include "messages.hpp"

#include <array>

using namespace larder;
using namespace larder::fuzz;

namespace {

constexpr std::array<std::string_view, 4> methods{"GET", "HEAD", "POST", "OPTIONS"};

void require_stable(std::string_view bytes, std::string_view method, const http1::HeadLimits& limits,
                    std::size_t cut) {
  const auto early = http1::parse_response_head(bytes.substr(0, cut), method, limits);
  const auto late = http1::parse_response_head(bytes, method, limits);
  if (!early) require(!late, "a head that is refused early is refused whole");
  if (!early || !*early) return;
  require(late && *late && (*late)->size == (*early)->size, "what follows a head does not change it");
}

void require_sound_response(std::string_view bytes, std::string_view method,
                            const http1::ParsedResponse& parsed) {
  using Kind = http1::Framing::Kind;
  require(parsed.size <= bytes.size(), "a head is no longer than its bytes");
  require(parsed.head.status >= 100 && parsed.head.status <= 999, "a status has three digits");
  require(http::is_field_value(parsed.head.reason), "a reason phrase holds no control byte");
  require_sound(parsed.head.fields);
  const bool bodiless =
      method == "HEAD" || parsed.head.status < 200 || parsed.head.status == 204 || parsed.head.status == 304;
  require(!bodiless || parsed.framing.kind == Kind::none, "what has no content is framed so");
  require(bodiless || parsed.framing.kind != Kind::none, "what may have content is framed");
  require(parsed.framing.kind != Kind::until_close || !parsed.keep_alive,
          "a connection whose end ends the content is not used again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(text_of(data, size));
  const unsigned choice = input.byte();
  const http1::HeadLimits limits = limits_by(choice);
  const std::string_view method = methods[choice / 4 % methods.size()];
  const std::size_t piece = input.byte();
  std::string_view bytes = input.rest();
  for (;;) {
    require_stable(bytes, method, limits, piece);
    require_stable(bytes, method, limits, bytes.size() / 2);
    require_stable(bytes, method, limits, bytes.empty() ? 0 : bytes.size() - 1);
    const auto parsed = http1::parse_response_head(bytes, method, limits);
    if (!parsed || !*parsed) return 0;
    require_sound_response(bytes, method, **parsed);
    const std::string_view head = bytes.substr(0, (*parsed)->size);
    // A careless reader sees a folded line as a separate one, so only heads without folds are compared.
    if (head.find("\n ") == head.npos && head.find("\n\t") == head.npos)
      require_same_framing_fields(head, (*parsed)->head.fields);
    bytes.remove_prefix((*parsed)->size);
    const std::optional<std::size_t> content = size_of_content((*parsed)->framing, bytes, piece);
    if (!content || !(*parsed)->keep_alive) return 0;
    bytes.remove_prefix(*content);
  }
}
