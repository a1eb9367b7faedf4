#pragma once

#include <larder/base/bytes.hpp>

#include <cstdint>
#include <vector>

namespace larder::redis {

/// A reply.
struct Value {
  enum class Kind { nil, text, status, error, integer, array } kind = Kind::nil;
  Bytes text;  ///< of text, status and error
  std::int64_t integer = 0;
  std::vector<Value> items;

  bool is_nil() const { return kind == Kind::nil; }
  bool is_error() const { return kind == Kind::error; }
};

}  // namespace larder::redis
