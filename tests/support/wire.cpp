#include "support/wire.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace larder::test {

namespace {

/// A prime size, so that a lost, repeated or moved piece never matches by chance.
const std::string& pattern_block() {
  static const std::string block = [] {
    std::mt19937 random(20260101);
    std::string letters(65'521, ' ');
    for (char& letter : letters) letter = static_cast<char>('a' + random() % 26);
    return letters;
  }();
  return block;
}

}  // namespace

std::optional<std::string> Wire::read_head() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  std::string head = buffer_.substr(0, end + 4);
  buffer_.erase(0, end + 4);
  return head;
}

bool Wire::read_length(std::uint64_t length, const Sink& sink) {
  while (length > 0) {
    if (buffer_.empty() && !fill()) return false;
    const std::size_t taken = static_cast<std::size_t>(std::min<std::uint64_t>(length, buffer_.size()));
    sink(std::string_view(buffer_).substr(0, taken));
    buffer_.erase(0, taken);
    length -= taken;
  }
  return true;
}

bool Wire::read_chunks(const Sink& sink) {
  while (true) {
    const std::optional<std::string> size_line = read_line();
    if (!size_line) return false;
    const std::uint64_t size = std::stoull(*size_line, nullptr, 16);
    if (size == 0) break;
    if (!read_length(size, sink) || !read_line()) return false;
  }
  while (const std::optional<std::string> trailer = read_line()) {
    if (trailer->empty()) return true;
  }
  return false;
}

void Wire::read_to_close(const Sink& sink) {
  do {
    sink(buffer_);
    buffer_.clear();
  } while (fill());
}

bool Wire::ends(std::chrono::milliseconds limit) {
  try {
    return buffer_.empty() && !fill(limit);
  } catch (const TimedOut&) {
    return false;
  }
}

bool Wire::fill(std::chrono::milliseconds limit) {
  std::array<char, 64 * 1024> bytes{};
  const std::size_t received = socket_.receive(bytes, limit);
  buffer_.append(bytes.data(), received);
  return received > 0;
}

std::optional<std::string> Wire::read_line() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

std::string_view Pattern::at(std::uint64_t offset, std::uint64_t most) {
  const std::string_view block = pattern_block();
  return block.substr(offset % block.size(), most);
}

std::string Pattern::first(std::uint64_t size) {
  std::string bytes;
  while (bytes.size() < size) bytes += at(bytes.size(), size - bytes.size());
  return bytes;
}

void Pattern::check(std::string_view bytes) {
  while (!bytes.empty() && holds_) {
    const std::string_view expected = at(size_, bytes.size());
    holds_ = bytes.starts_with(expected);
    size_ += expected.size();
    bytes.remove_prefix(expected.size());
  }
}

}  // namespace larder::test
