// Records from Redis. Checksums would keep every change away from the decoder, so most inputs get valid ones.
#include "fuzz.hpp"

#include <larder/base/hash.hpp>
#include <larder/base/token.hpp>
#include <larder/http1/head_parser.hpp>
#include <larder/http1/head_writer.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/storing.hpp>
#include <larder/store/packing.hpp>
#include <larder/store/record.hpp>

#include <algorithm>

using namespace larder;
using namespace larder::fuzz;

namespace {

constexpr std::size_t most_unpacked = 1 << 20;
constexpr std::size_t body_part = 16;  // size and checksum of the body, at the end of the head

std::string little_endian(std::uint64_t value, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFFU);
  return bytes;
}

// The record of that head and body, with valid checksums; if `mend`, the head's checksum of the body too.
std::string record_of(std::string head, std::string_view body, bool mend) {
  if (mend && head.size() >= body_part) {
    head.resize(head.size() - body_part);
    head += little_endian(body.size(), 8) + little_endian(checksum_of(body), 8);
  }
  std::string record = "LDR\x05";
  record += little_endian(checksum_of(head), 8);
  record += little_endian(head.size(), 4);
  return record.append(head).append(body);
}

std::string bytes_of(const store::EncodedRecord& record) {
  return std::string(record.head).append(record.body.view());
}

// Written and read again by another parser, the head has no framing and ends at its own end.
void require_unframed(const store::Draft& response) {
  std::string head;
  http1::write_status_line(head, response.status);
  head.append(response.fields.wire()).append("\r\n");
  const http1::HeadLimits limits{.head = head.size(), .target = 0, .fields = response.fields.size()};
  const auto read = http1::parse_response_head(head, "HEAD", limits);
  if (!read) return;  // too much for Beast, which refuses it
  require(read->has_value() && (*read)->size == head.size(), "a head is as long as it is written");
  require((*read)->framing.kind == http1::Framing::Kind::none, "a head frames nothing");
}

void require_sound_response(const store::Draft& response, std::uint64_t size) {
  require(response.status >= 200 && response.status <= 599, "a status is a final one");
  require(response.status != 304 && response.status != 416, "a status is one that is stored");
  require(response.status != 204 || size == 0, "a 204 has no content");
  for (const http::Field field : response.fields) {
    require(is_token(field.name) && http::is_field_value(field.value), "fields cannot split a response");
    require(!policy::is_hop_by_hop(field.name), "fields are not for one connection alone");
    require(field.name != "Content-Length" && field.name != "Age", "fields are not written anew");
  }
  for (const std::string& name : response.tags.names) {
    require(http::is_field_value(name), "tags cannot split a response");
  }
  require(policy::may_be_stored(response.primary_key, response.status, response.fields, size),
          "a record is one that larder could have written");
  require_unframed(response);
  require(response.lifetimes.freshness >= Milliseconds{0}, "lifetimes are not negative");
  // Ages of garbled times must not overflow.
  policy::remaining_freshness(response.lifetimes, Time{Milliseconds{1'700'000'000'000}});
}

// Whatever the packed bytes are: nothing, or as much as announced.
void unpack(const store::PackedResponse& packed) {
  static store::Zstd zstd;
  if (packed.size > most_unpacked) return;
  store::Unpacking unpacking(zstd, packed.packed, packed.size);
  while (unpacking.step()) {
  }
  const std::optional<Bytes> content = unpacking.take();
  require(!content || content->size() == packed.size, "a content is as large as its record says");
}

std::string encoded_again(const store::Draft& draft) {
  return bytes_of(store::encode(store::StoredResponse::from(draft)));
}

void check(const std::string& bytes) {
  const store::Record record = store::decode(Bytes::copy_of(bytes));
  if (const auto* response = std::get_if<std::shared_ptr<store::Draft>>(&record)) {
    require_sound_response(**response, (*response)->content.size());
    const std::string encoded = encoded_again(**response);
    const store::Record again = store::decode(Bytes::copy_of(encoded));
    const auto* same = std::get_if<std::shared_ptr<store::Draft>>(&again);
    require(same && encoded_again(**same) == encoded, "a record is encoded as it was read");
  }
  if (const auto* packed = std::get_if<store::PackedResponse>(&record)) {
    require_sound_response(*packed->draft, packed->size);
    unpack(*packed);
  }
  if (const auto* vary = std::get_if<store::VaryRecord>(&record)) {
    require(!vary->names.empty(), "a vary record names a field");
    require(bytes_of(store::encode(*vary)) == bytes, "a vary record is encoded as it was read");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(text_of(data, size));
  const unsigned choice = input.byte();
  if (choice == 0) {
    check(std::string(input.rest()));
    return 0;
  }
  const std::size_t body_size = std::min<std::size_t>(choice % 8, input.rest().size());
  const std::string_view body = input.rest().substr(input.rest().size() - body_size);
  const std::string_view head = input.rest().substr(0, input.rest().size() - body_size);
  check(record_of(std::string(head), body, choice >= 64));
  return 0;
}
