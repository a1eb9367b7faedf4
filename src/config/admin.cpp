#include "address.hpp"
#include "kinds.hpp"
#include "sections.hpp"

#include <algorithm>

namespace larder::config {
namespace {

/// The token travels in a header field (RFC 6750, section 2.1).
std::optional<std::string> read_token(const Value& value) {
  const std::optional<std::string> text = value.text("a token");
  if (!text) return std::nullopt;
  const bool is_visible = std::ranges::all_of(*text, [](char c) { return c > 0x20 && c < 0x7f; });
  if (is_visible) return text;
  value.error("must be visible ASCII characters without a space");
  return std::nullopt;
}

/// What to point at: the key, or the section if it is left out.
const Value& place_of(Map& map, std::string_view key, const Value& section) {
  const Value* const value = map.find(key);
  return value == nullptr ? section : *value;
}

void check_address(const Value& place, const Admin& admin, const std::vector<Listen>& listeners) {
  const std::string own = canonical_listen_address(admin.listen);
  const bool is_public = std::ranges::any_of(listeners, [&](const Listen& listener) {
    return !own.empty() && canonical_listen_address(listener.address) == own;
  });
  if (is_public) place.error(quoted(admin.listen) + " is where requests are served: admin needs its own");
  if (!admin.token.empty() || is_loopback_address(admin.listen)) return;
  place.error(quoted(admin.listen) + " can be reached from other machines: it needs a token");
}

json::object token_schema() {
  return scalar_schema("^[!-~]*$");
}

std::string token_text(const std::string& token) {
  return a_secret.text(token);
}

/// `listeners`: where requests are served; admin needs another.
Table<Admin> admin_keys(const std::vector<Listen>* listeners) {
  return {{
              key("listen", &Admin::listen, a_listen_address, "Another address than loopback needs a token."),
              key("token", &Admin::token, Scalar<std::string>{read_token, token_text, token_schema},
                  "The bearer token that a request must have. Empty: none."),
          },
          [listeners](Map& map, const Value& section, Admin& admin) {
            check_address(place_of(map, "listen", section), admin, *listeners);
          }};
}

}  // namespace

AdminSection::AdminSection() : Section{admin_keys(nullptr)} {}

std::optional<Admin> AdminSection::read(const Value& value, const Config& config) const {
  return Section<Admin>{admin_keys(&config.listen)}.read(value);
}

}  // namespace larder::config
