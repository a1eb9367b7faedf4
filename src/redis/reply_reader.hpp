#pragma once

#include <larder/base/result.hpp>
#include <larder/redis/value.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct redisReader;  // hiredis

namespace larder::redis {

/// Replies out of the bytes of one connection, however they were split. After an error it is of no further
/// use.
class ReplyReader {
 public:
  /// Feeding on after that many bytes of an incomplete reply is an error.
  explicit ReplyReader(std::size_t max_reply_bytes);
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  /// Takes the next bytes, once next() has nothing more. Error::too_large past the bound.
  Result<> feed(std::string_view bytes);

  /// The next reply, or nothing while bytes of it are missing. Error::malformed if they are not RESP.
  Result<std::optional<Value>> next();

  /// Bytes that wait for the rest of their reply.
  std::size_t buffered() const;

 private:
  std::size_t max_reply_bytes_;
  std::size_t unfinished_ = 0;  ///< bytes taken since the last whole reply
  Value reply_;                 ///< grows while its bytes come
  std::unique_ptr<redisReader, void (*)(redisReader*)> reader_;
};

}  // namespace larder::redis
