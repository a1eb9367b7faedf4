#include "reply_reader.hpp"

#include <hiredis/read.h>

#include <algorithm>
#include <utility>

namespace larder::redis {

namespace {

// hiredis keeps a buffer up to this size between replies and frees a larger one. Its default of 16 KiB frees
// and allocates once for every value worth caching; 0, no bound, would keep the memory of the largest value
// forever.
constexpr std::size_t kept_buffer = 1024 * 1024;

// What an array announces is not what it holds: memory is reserved for this many items at most before they
// come.
constexpr int reserve_up_to = 1024;

/// Where the reply that hiredis has just read belongs: into the array around it, or it is the whole reply. An
/// array's items come one after the other, so the address of the last one is good until it is complete.
Value& place_of(const redisReadTask* task, Value::Kind kind) {
  Value& value = task->parent != nullptr ? static_cast<Value*>(task->parent->obj)->items.emplace_back()
                                         : *static_cast<Value*>(task->privdata);
  value = Value{};
  value.kind = kind;
  return value;
}

Value::Kind kind_of(int type) {
  switch (type) {
    case REDIS_REPLY_STATUS:
      return Value::Kind::status;
    case REDIS_REPLY_ERROR:
      return Value::Kind::error;
    default:
      return Value::Kind::text;
  }
}

void* create_text(const redisReadTask* task, char* text, std::size_t size) noexcept {
  Value& value = place_of(task, kind_of(task->type));
  value.text = Bytes(std::string(text, size));
  return &value;
}

void* create_array(const redisReadTask* task, int size) noexcept {
  Value& value = place_of(task, Value::Kind::array);
  value.items.reserve(static_cast<std::size_t>(std::clamp(size, 0, reserve_up_to)));
  return &value;
}

void* create_integer(const redisReadTask* task, long long number) noexcept {
  Value& value = place_of(task, Value::Kind::integer);
  value.integer = number;
  return &value;
}

void* create_nil(const redisReadTask* task) noexcept {
  return &place_of(task, Value::Kind::nil);
}

/// The ReplyReader owns what is read.
void free_nothing(void*) noexcept {}

redisReader* make_reader() {
  static redisReplyObjectFunctions functions{create_text, create_array, create_integer, create_nil,
                                             free_nothing};
  return redisReaderCreateWithFunctions(&functions);
}

}  // namespace

ReplyReader::ReplyReader(std::size_t max_reply_bytes)
    : max_reply_bytes_(max_reply_bytes), reader_(make_reader(), redisReaderFree) {
  if (reader_ == nullptr) throw std::bad_alloc();
  reader_->privdata = &reply_;
  reader_->maxbuf = kept_buffer;
}

ReplyReader::~ReplyReader() = default;

Result<> ReplyReader::feed(std::string_view bytes) {
  if (unfinished_ > max_reply_bytes_) return Error::too_large;
  unfinished_ += bytes.size();
  if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) return Error::too_large;
  return {};
}

Result<std::optional<Value>> ReplyReader::next() {
  void* complete = nullptr;
  if (redisReaderGetReply(reader_.get(), &complete) != REDIS_OK) return Error::malformed;
  if (complete == nullptr) return std::optional<Value>();
  unfinished_ = buffered();
  return std::optional<Value>(std::move(reply_));
}

std::size_t ReplyReader::buffered() const {
  return reader_->len - reader_->pos;
}

}  // namespace larder::redis
