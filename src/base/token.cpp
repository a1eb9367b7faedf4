#include <larder/base/byte_set.hpp>
#include <larder/base/text.hpp>
#include <larder/base/token.hpp>

namespace larder {

bool is_token(std::string_view text) {
  static constexpr ByteSet allowed([](unsigned char byte) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    const char c = to_lower(static_cast<char>(byte));
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || marks.find(c) != marks.npos;
  });
  return !text.empty() && allowed.holds_all(text);
}

}  // namespace larder
