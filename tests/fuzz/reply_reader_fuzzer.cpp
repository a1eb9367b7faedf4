// Replies of Redis, and the purge log's entries among them: the same however their bytes are split.
#include "fuzz.hpp"
#include "redis/reply_reader.hpp"
#include "store/purge_record.hpp"

#include <larder/base/error.hpp>

#include <algorithm>

using namespace larder;
using namespace larder::fuzz;

namespace {

constexpr std::size_t most_bytes = 64 * 1024;

void show(std::string& out, const redis::Value& value) {
  out += static_cast<char>('a' + static_cast<int>(value.kind));
  out += std::to_string(value.integer) + ":" + std::to_string(value.text.size()) + ":";
  out += value.text.view();
  out += std::to_string(value.items.size()) + "[";
  for (const redis::Value& item : value.items) show(out, item);
  out += "]";
}

void check_purge_record(const redis::Value& value) {
  const auto record = store::read_record(value);
  if (record) require(!record->purges.empty(), "a record of the purge log purges something");
}

struct Replies {
  std::string text;
  bool failed = false;
  bool operator==(const Replies&) const = default;
};

Replies read(std::string_view bytes, std::size_t piece) {
  redis::ReplyReader reader(most_bytes);
  Replies replies;
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    replies.failed = !reader.feed(part);
    while (!replies.failed) {
      const Result<std::optional<redis::Value>> reply = reader.next();
      replies.failed = !reply;
      if (!reply || !*reply) break;
      show(replies.text, **reply);
      check_purge_record(**reply);
    }
    if (replies.failed) break;
  }
  return replies;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(text_of(data, size));
  const std::size_t piece = std::max(1U, input.byte());
  require(read(input.rest(), piece) == read(input.rest(), std::string_view::npos),
          "replies do not depend on how their bytes come");
  return 0;
}
