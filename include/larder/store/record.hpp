#pragma once

#include <larder/base/bytes.hpp>
#include <larder/store/stored_response.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace larder::store {

/// What lies under a primary key whose responses have a Vary: the names that lead to the variant key.
struct VaryRecord {
  std::string primary_key;
  std::vector<std::string> names;  ///< lower case, sorted, at least one
};

/// A stored response whose content is packed (packing.hpp) in its record.
struct PackedResponse {
  std::shared_ptr<Draft> draft;  ///< complete but for its content
  Bytes packed;
  std::uint64_t size = 0;  ///< of the content, as the record says: check its bound before use
};

/// A record read from Redis; monostate if the bytes are not ours, of another version, cut short or
/// garbled.
using Record = std::variant<std::monostate, std::shared_ptr<Draft>, PackedResponse, VaryRecord>;

/// A record in two parts that follow each other, so that the body need not be copied.
struct EncodedRecord {
  std::string head;
  Bytes body;
};

/// The byte record of a stored response: everything but what is atomic, which counts in one instance only.
EncodedRecord encode(const StoredResponsePtr& response);

/// The same, with what Packing made of its content.
EncodedRecord encode(const StoredResponsePtr& response, const Bytes& packed);
EncodedRecord encode(const VaryRecord& record);

/// Reads a record. Every length is checked before use, and every byte by a checksum; fields that larder would
/// not have stored make it garbled (policy::may_be_stored()). The content shares `bytes`.
Record decode(const Bytes& bytes);

}  // namespace larder::store
