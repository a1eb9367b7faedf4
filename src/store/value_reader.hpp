#pragma once

#include <larder/base/bytes.hpp>
#include <larder/base/result.hpp>
#include <larder/base/task.hpp>
#include <larder/redis/redis.hpp>

#include <string>

namespace larder::store {

/// How many round trips a large value may take.
enum class Trips {
  two,       ///< its beginning, and then the rest: small ones take one command
  one,       ///< both are asked for at the same time, whether or not there is a rest
  beginning  ///< a large one is not read: as if nothing lay there
};

/// Reads what lies under a name, `most` bytes of it at most; nothing in it if nothing lies there. What is
/// beyond the first 64 KiB comes over the connection for large values, so that it holds up no other command.
/// If the value is replaced in between, the two parts do not fit together: the record's checksum shows it.
Task<Result<Bytes>> read_value(redis::Redis& redis, std::string name, std::uint64_t most, Trips trips);

}  // namespace larder::store
