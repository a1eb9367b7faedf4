#include "sample.hpp"

#include <larder/base/hash.hpp>
#include <larder/base/token.hpp>
#include <larder/store/record.hpp>

#include <doctest/doctest.h>

#include <random>

using larder::Bytes;
using larder::Milliseconds;
using larder::store::decode;
using larder::store::Draft;
using larder::store::encode;
using larder::store::EncodedRecord;
using larder::store::Record;
using larder::store::StoredResponse;
using larder::store::VaryRecord;
using larder::test::Sample;

namespace {

std::string joined(const EncodedRecord& record) {
  return record.head + std::string(record.body.view());
}

Record decode_text(const std::string& text) {
  return decode(Bytes::copy_of(text));
}

bool is_nothing(const std::string& text) {
  return std::holds_alternative<std::monostate>(decode_text(text));
}

Draft full_draft() {
  Sample sample;
  sample.query = "?q=\xC3\xA4%20";
  sample.vary = {"accept", "accept-language"};
  sample.request_fields = larder::test::fields_of({{"Accept-Language", "de"}});
  sample.tags = {"product:7", ""};
  sample.body = std::string("a\0b\r\n\xFF", 6);
  sample.born = {1'700'000'000'123, 45};
  Draft draft = sample.draft();
  draft.status = 404;
  draft.fields.add("ETag", "\"x\"");
  draft.fields.add("X-Empty", "");
  draft.fields.add("Link", "<a>");
  draft.fields.add("link", "<b>");
  draft.lifetimes = {.response_time = larder::Time{Milliseconds{1'700'000'000'999}},
                     .initial_age = Milliseconds{7},
                     .fetch_time = Milliseconds{212},
                     .freshness = Milliseconds{86'400'000},
                     .stale_while_revalidate = Milliseconds{30'000},
                     .stale_if_error = Milliseconds{3'600'000},
                     .must_revalidate = true,
                     .no_cache = false,
                     .by_route = true,
                     .allows_authorization = true};
  return draft;
}

larder::store::StoredResponsePtr full_response() {
  return StoredResponse::from(full_draft());
}

std::string seal(std::string head, const std::string& body) {
  const std::string magic = encode(StoredResponse::from({})).head.substr(0, 4);
  std::string sealed = magic;
  std::uint64_t checksum = larder::checksum_of(head);
  for (int i = 0; i < 8; ++i, checksum >>= 8) sealed += static_cast<char>(checksum & 0xFF);
  std::size_t size = head.size();
  for (int i = 0; i < 4; ++i, size >>= 8) sealed += static_cast<char>(size & 0xFF);
  return sealed + head + body;
}

constexpr std::size_t prefix_size = 16;

}  // namespace

TEST_CASE("a stored response comes back from its record as it went in") {
  const Draft before = full_draft();
  const Record record = decode_text(joined(encode(StoredResponse::from(before))));
  REQUIRE(std::holds_alternative<std::shared_ptr<Draft>>(record));
  const Draft& after = *std::get<std::shared_ptr<Draft>>(record);
  CHECK(after.primary_key == before.primary_key);
  CHECK(after.variant_key == before.variant_key);
  CHECK(after.vary == before.vary);
  CHECK(after.status == before.status);
  CHECK(after.fields == before.fields);
  CHECK(after.content.view() == before.content.view());
  CHECK(after.lifetimes == before.lifetimes);
  CHECK(after.tags == before.tags);
  CHECK(after.born == before.born);
  CHECK(after.checked == 0);
}

TEST_CASE("a packed content comes back packed, with the size that it has unpacked") {
  Draft before = full_draft();
  before.content = Bytes::copy_of(std::string(5'000, 'x'));
  const Record record = decode_text(joined(encode(StoredResponse::from(before), Bytes::copy_of("packed"))));
  const auto* packed = std::get_if<larder::store::PackedResponse>(&record);
  REQUIRE(packed);
  CHECK(packed->packed.view() == "packed");
  CHECK(packed->size == 5'000);
  CHECK(packed->draft->variant_key == before.variant_key);
  CHECK(packed->draft->content.empty());
}

TEST_CASE("every flag of a response's lifetimes travels by itself") {
  for (const int set : {0, 1, 2, 3}) {
    Draft draft = Sample{}.draft();
    auto& lifetimes = draft.lifetimes;
    bool* const flags[] = {&lifetimes.must_revalidate, &lifetimes.no_cache, &lifetimes.by_route,
                           &lifetimes.allows_authorization};
    *flags[set] = true;
    const Record record = decode_text(joined(encode(StoredResponse::from(draft))));
    REQUIRE(std::holds_alternative<std::shared_ptr<Draft>>(record));
    CHECK(std::get<std::shared_ptr<Draft>>(record)->lifetimes == lifetimes);
  }
}

TEST_CASE("the names of a Vary come back from their record") {
  const Record record = decode_text(joined(encode(VaryRecord{"GET:http://a/b", {"accept", "x-y"}})));
  REQUIRE(std::holds_alternative<VaryRecord>(record));
  CHECK(std::get<VaryRecord>(record).primary_key == "GET:http://a/b");
  CHECK(std::get<VaryRecord>(record).names == std::vector<std::string>{"accept", "x-y"});
}

TEST_CASE("the content of a decoded record shares the record's bytes") {
  const Bytes bytes = Bytes::copy_of(joined(encode(full_response())));
  const Record record = decode(bytes);
  const Draft& draft = *std::get<std::shared_ptr<Draft>>(record);
  CHECK(draft.content.view().data() == bytes.view().data() + bytes.size() - draft.content.size());
}

TEST_CASE("a record cut short or made longer anywhere is nothing") {
  for (const std::string& whole :
       {joined(encode(full_response())), joined(encode(full_response(), Bytes::copy_of("packed"))),
        joined(encode(VaryRecord{"GET:http://a/b", {"accept"}}))}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      CHECK(is_nothing(whole.substr(0, size)));
    }
    CHECK(is_nothing(whole + "x"));
  }
}

TEST_CASE("a record with any byte changed is nothing") {
  for (const std::string& whole :
       {joined(encode(full_response())), joined(encode(full_response(), Bytes::copy_of("packed"))),
        joined(encode(VaryRecord{"GET:http://a/b", {"accept"}}))}) {
    for (std::size_t i = 0; i < whole.size(); ++i) {
      for (const int change : {0x01, 0x80, 0xFF}) {
        CAPTURE(i);
        std::string changed = whole;
        changed[i] = static_cast<char>(changed[i] ^ change);
        CHECK(is_nothing(changed));
      }
    }
  }
}

TEST_CASE("bytes that are no record are nothing") {
  std::mt19937 random(1);
  for (int round = 0; round < 2'000; ++round) {
    std::string text(random() % 200, '\0');
    for (char& byte : text) byte = static_cast<char>(random());
    CHECK(is_nothing(text));
  }
}

TEST_CASE("a head that is garbled under a right checksum is nothing, or at least no harm") {
  const EncodedRecord record = encode(full_response());
  const std::string head = record.head.substr(prefix_size);
  const std::string body(record.body.view());
  REQUIRE_FALSE(is_nothing(seal(head, body)));
  for (std::size_t size = 0; size < head.size(); ++size) CHECK(is_nothing(seal(head.substr(0, size), body)));
  CHECK(is_nothing(seal(head + "x", body)));
  std::mt19937 random(2);
  for (int round = 0; round < 20'000; ++round) {
    std::string garbled = head;
    for (int changes = 0; changes < 3; ++changes) {
      garbled[random() % garbled.size()] = static_cast<char>(random());
    }
    const Record after = decode_text(seal(garbled, body));
    const auto* draft = std::get_if<std::shared_ptr<Draft>>(&after);
    if (!draft) continue;
    for (const larder::http::Field field : (*draft)->fields) {
      CHECK(larder::is_token(field.name));
      CHECK(larder::http::is_field_value(field.value));
    }
    // Sums of its times do not overflow: the sanitizers watch.
    larder::policy::remaining_freshness((*draft)->lifetimes, larder::Time{Milliseconds{1}});
  }
}

TEST_CASE("a field that would split a response makes a record nothing") {
  Draft draft = Sample{}.draft();
  draft.fields.clear();
  draft.fields.add("Name", "a plain value");
  const EncodedRecord record = encode(StoredResponse::from(draft));
  const std::string head = record.head.substr(prefix_size);
  const std::string body(record.body.view());
  REQUIRE_FALSE(is_nothing(seal(head, body)));
  for (const auto& [was, is] :
       std::vector<std::pair<std::string, std::string>>{{"a plain value", "\r\nEvil: yes.."},
                                                        {"a plain value", std::string("a plain\0value", 13)},
                                                        {"Name", "Na e"},
                                                        {"Name", "Na:e"},
                                                        {"Name", "Na\r\n"}}) {
    CAPTURE(is);
    std::string garbled = head;
    garbled.replace(garbled.find(was), was.size(), is);
    CHECK(is_nothing(seal(garbled, body)));
  }
}

TEST_CASE("a record whose variant's key is another key's is nothing") {
  Draft draft = Sample{}.draft();
  const EncodedRecord record = encode(StoredResponse::from(draft));
  std::string head = record.head.substr(prefix_size);
  head[head.rfind(draft.primary_key)] = 'X';
  CHECK(is_nothing(seal(head, std::string(record.body.view()))));
}
