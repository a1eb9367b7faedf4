#include "slot.hpp"

#include <larder/redis/command.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace larder::redis {

namespace {

constexpr std::size_t gather_from = 4096;  // bytes; below it a copy costs less than a part of its own
constexpr std::size_t head_room = 16;      // for "*N\r\n"

}  // namespace

Command::Command(std::string_view name) : text_(head_room, ' ') {
  arg(name);
}

std::string_view Command::name() const {
  const std::size_t begin = text_.find('\n', head_room) + 1;
  return std::string_view(text_).substr(begin, text_.find('\r', begin) - begin);
}

Command& Command::arg(std::string_view text) & {
  begin_argument(text.size());
  text_.append(text).append("\r\n");
  return *this;
}

Command& Command::arg(std::int64_t number) & {
  char digits[24];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  return arg(std::string_view(digits, end));
}

Command& Command::arg(Bytes bytes) & {
  if (bytes.size() < gather_from) return arg(bytes.view());
  begin_argument(bytes.size());
  gathered_.push_back({text_.size(), std::move(bytes)});
  text_.append("\r\n");
  return *this;
}

Command& Command::arg(std::string_view head, Bytes tail) & {
  begin_argument(head.size() + tail.size());
  text_.append(head);
  if (tail.size() < gather_from) {
    text_.append(tail.view());
  } else {
    gathered_.push_back({text_.size(), std::move(tail)});
  }
  text_.append("\r\n");
  return *this;
}

Command& Command::key(std::string_view name) & {
  arg(name);
  key_size_ = name.size();
  key_at_ = text_.size() - 2 - name.size();
  return *this;
}

Command& Command::beside(std::string_view name) & {
  slot_ = slot_of(name);
  return *this;
}

Command& Command::expects_much() & {
  expects_much_ = true;
  return *this;
}

std::optional<std::uint16_t> Command::slot() const {
  if (!key_size_) return slot_;
  return slot_of(std::string_view(text_).substr(key_at_, *key_size_));
}

std::vector<std::string_view> Command::parts() const {
  return parts_of(text_, start_, gathered_);
}

std::size_t Command::size() const {
  std::size_t size = text_.size() - start_;
  for (const Gathered& part : gathered_) size += part.bytes.size();
  return size;
}

std::vector<std::string_view> Command::parts_of(std::string_view text, std::size_t from,
                                                const std::vector<Gathered>& gathered) {
  std::vector<std::string_view> parts;
  parts.reserve(2 * gathered.size() + 1);
  for (const Gathered& part : gathered) {
    parts.push_back(text.substr(from, part.after - from));
    parts.push_back(part.bytes.view());
    from = part.after;
  }
  if (from < text.size()) parts.push_back(text.substr(from));
  return parts;
}

void Command::begin_argument(std::size_t size) {
  char line[head_room];
  char* end = std::to_chars(line, std::end(line), ++count_).ptr;
  start_ = head_room - static_cast<std::size_t>(end - line) - 3;
  text_[start_] = '*';
  std::copy(line, end, text_.begin() + static_cast<std::ptrdiff_t>(start_) + 1);
  text_[head_room - 2] = '\r';
  text_[head_room - 1] = '\n';

  end = std::to_chars(line, std::end(line), size).ptr;
  text_.append("$").append(line, end).append("\r\n");
}

}  // namespace larder::redis
