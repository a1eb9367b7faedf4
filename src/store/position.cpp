#include <larder/store/position.hpp>

#include <charconv>

namespace larder::store {
namespace {

bool read_number(std::string_view text, std::uint64_t& number) {
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stopped == end;
}

}  // namespace

std::string Position::text() const {
  return std::to_string(milliseconds) + '-' + std::to_string(sequence);
}

Result<Position> parse_position(std::string_view text) {
  Position position;
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || !read_number(text.substr(0, dash), position.milliseconds) ||
      !read_number(text.substr(dash + 1), position.sequence)) {
    return Error::malformed;
  }
  return position;
}

}  // namespace larder::store
