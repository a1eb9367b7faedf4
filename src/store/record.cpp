#include "byte_reader.hpp"
#include "byte_writer.hpp"

#include <larder/base/hash.hpp>
#include <larder/base/token.hpp>
#include <larder/policy/key.hpp>
#include <larder/policy/storing.hpp>
#include <larder/store/record.hpp>

#include <algorithm>

namespace larder::store {
namespace {

//   bytes  what
//   4      magic and version
//   8      checksum of the head
//   4      size of the head
//   ...    the head: kind, keys, ... , size of the content if it is packed (else 0), size and checksum of the
//   body
//   ...    the body, packed or not, to the end
//
// To add or change a field: change `magic`, encode() and decode(). Records of other versions are misses and
// expire by themselves, so instances of two versions on one Redis share nothing and do not disturb each
// other.
constexpr std::string_view magic = "LDR\x05";
constexpr std::size_t prefix_size = 16;

enum class Kind : std::uint8_t { response = 1, vary = 2 };

enum Flag : std::uint8_t {
  must_revalidate = 1,
  no_cache = 2,
  allows_credentials = 4,
  allows_authorization = 8,
  sets_cookie = 16,
};

/// No time or lifetime of ours is longer, and sums of these do not overflow.
constexpr std::int64_t most_milliseconds = std::int64_t{1} << 53;

std::string with_prefix(const std::string& head) {
  ByteWriter writer;
  writer.reserve(prefix_size + head.size());
  writer.number(checksum_of(head));
  writer.text(head);
  return std::string(magic) + writer.take();
}

void write_lifetimes(ByteWriter& writer, const policy::Lifetimes& lifetimes) {
  writer.number(std::int64_t{lifetimes.response_time.time_since_epoch().count()});
  writer.number(std::int64_t{lifetimes.initial_age.count()});
  writer.number(std::int64_t{lifetimes.fetch_time.count()});
  writer.number(std::int64_t{lifetimes.freshness.count()});
  writer.number(std::int64_t{lifetimes.stale_while_revalidate.count()});
  writer.number(std::int64_t{lifetimes.stale_if_error.count()});
  unsigned flags = 0;
  if (lifetimes.must_revalidate) flags |= Flag::must_revalidate;
  if (lifetimes.no_cache) flags |= Flag::no_cache;
  if (lifetimes.allows_credentials) flags |= Flag::allows_credentials;
  if (lifetimes.allows_authorization) flags |= Flag::allows_authorization;
  if (lifetimes.sets_cookie) flags |= Flag::sets_cookie;
  writer.number(static_cast<std::uint8_t>(flags));
}

Milliseconds read_milliseconds(ByteReader& reader) {
  const auto count = reader.number<std::int64_t>();
  if (count < 0 || count > most_milliseconds) {
    reader.fail();
    return Milliseconds{0};
  }
  return Milliseconds{count};
}

policy::Lifetimes read_lifetimes(ByteReader& reader) {
  policy::Lifetimes lifetimes;
  lifetimes.response_time = Time{read_milliseconds(reader)};
  lifetimes.initial_age = read_milliseconds(reader);
  lifetimes.fetch_time = read_milliseconds(reader);
  lifetimes.freshness = read_milliseconds(reader);
  lifetimes.stale_while_revalidate = read_milliseconds(reader);
  lifetimes.stale_if_error = read_milliseconds(reader);
  const unsigned flags = reader.number<std::uint8_t>();
  lifetimes.must_revalidate = (flags & Flag::must_revalidate) != 0;
  lifetimes.no_cache = (flags & Flag::no_cache) != 0;
  lifetimes.allows_credentials = (flags & Flag::allows_credentials) != 0;
  lifetimes.allows_authorization = (flags & Flag::allows_authorization) != 0;
  lifetimes.sets_cookie = (flags & Flag::sets_cookie) != 0;
  return lifetimes;
}

void write_fields(ByteWriter& writer, const http::FieldList& fields) {
  writer.number(static_cast<std::uint32_t>(fields.size()));
  for (const http::Field field : fields) {
    writer.text(field.name);
    writer.text(field.value);
  }
}

/// Heads, keys and tags are bounded far below; what is larger is not a record of ours, and is not looked at.
constexpr std::size_t largest_head = 1'048'576;

/// Someone who can write to Redis must not be able to split our responses: names and values are checked
/// again.
http::FieldList read_fields(ByteReader& reader) {
  http::FieldList fields;
  for (std::uint32_t left = reader.count(); left > 0 && !reader.failed(); --left) {
    const std::string_view name = reader.text();
    const std::string_view value = reader.text();
    if (!is_token(name) || !http::is_field_value(value)) {
      reader.fail();
      break;
    }
    fields.add(name, value);
  }
  return fields;
}

/// With `debug: true` they go out as X-Cache-Tags.
bool are_field_values(const policy::Tags& tags) {
  return http::is_field_value(tags.site) && http::is_field_value(tags.path) &&
         std::all_of(tags.names.begin(), tags.names.end(),
                     [](const std::string& name) { return http::is_field_value(name); });
}

Record read_response(ByteReader& reader, const Bytes& body) {
  auto draft = std::make_shared<Draft>();
  draft->primary_key = reader.text();
  draft->variant_key = reader.text();
  draft->vary = reader.texts();
  draft->status = reader.number<std::uint16_t>();
  draft->fields = read_fields(reader);
  draft->lifetimes = read_lifetimes(reader);
  draft->tags.site = reader.text();
  draft->tags.path = reader.text();
  draft->tags.names = reader.texts();
  draft->born.milliseconds = reader.number<std::uint64_t>();
  draft->born.sequence = reader.number<std::uint64_t>();
  const auto packed_from = reader.number<std::uint64_t>();
  const auto body_size = reader.number<std::uint64_t>();
  const auto body_checksum = reader.number<std::uint64_t>();
  if (reader.failed() || !reader.at_end()) return {};
  if (!draft->variant_key.starts_with(draft->primary_key)) return {};
  const std::uint64_t content_size = packed_from != 0 ? packed_from : body_size;
  if (!policy::may_be_stored(draft->primary_key, draft->status, draft->fields, content_size)) return {};
  if (!are_field_values(draft->tags) || draft->vary.size() > policy::most_selecting_fields) return {};
  if (body_size != body.size() || body_checksum != checksum_of(body.view())) return {};
  if (packed_from != 0) return PackedResponse{std::move(draft), body, packed_from};
  draft->content = body;
  return draft;
}

Record read_vary(ByteReader& reader, const Bytes& body) {
  VaryRecord record;
  record.primary_key = reader.text();
  record.names = reader.texts();
  if (reader.failed() || !reader.at_end() || record.names.empty() || !body.empty()) return {};
  if (record.names.size() > policy::most_selecting_fields) return {};
  return record;
}

/// `packed_from`: the size that `body` was packed from; 0 if it is the content itself.
EncodedRecord encode_response(const StoredResponse& response, const Bytes& body, std::uint64_t packed_from) {
  ByteWriter writer;
  const policy::TagsView tags = response.tags();
  writer.reserve(response.weight() - std::min(response.weight(), response.content().size()));
  writer.number(static_cast<std::uint8_t>(Kind::response));
  writer.text(response.primary_key());
  writer.text(response.variant_key());
  writer.texts(response.vary());
  writer.number(response.status);
  write_fields(writer, response.fields());
  write_lifetimes(writer, response.lifetimes);
  writer.text(tags.site);
  writer.text(tags.path);
  writer.texts(tags.names);
  writer.number(response.born.milliseconds);
  writer.number(response.born.sequence);
  writer.number(packed_from);
  writer.number(std::uint64_t{body.size()});
  writer.number(checksum_of(body.view()));
  return {with_prefix(writer.take()), body};
}

}  // namespace

EncodedRecord encode(const StoredResponsePtr& response) {
  return encode_response(*response, content_of(response), 0);
}

EncodedRecord encode(const StoredResponsePtr& response, const Bytes& packed) {
  return encode_response(*response, packed, response->content().size());
}

EncodedRecord encode(const VaryRecord& record) {
  ByteWriter writer;
  writer.number(static_cast<std::uint8_t>(Kind::vary));
  writer.text(record.primary_key);
  writer.texts(record.names);
  return {with_prefix(writer.take()), {}};
}

Record decode(const Bytes& bytes) {
  if (bytes.size() < prefix_size || !bytes.view().starts_with(magic)) return {};
  ByteReader prefix(bytes.view().substr(magic.size()));
  const auto checksum = prefix.number<std::uint64_t>();
  const std::string_view head = prefix.text();
  if (prefix.failed() || head.size() > largest_head || checksum != checksum_of(head)) return {};
  const Bytes body = bytes.slice(prefix_size + head.size());
  ByteReader reader(head);
  switch (static_cast<Kind>(reader.number<std::uint8_t>())) {
    case Kind::response:
      return read_response(reader, body);
    case Kind::vary:
      return read_vary(reader, body);
  }
  return {};
}

}  // namespace larder::store
