#include "sample.hpp"

#include <larder/base/hash.hpp>
#include <larder/base/token.hpp>
#include <larder/store/record.hpp>

#include <doctest/doctest.h>

#include <random>

namespace larder::record_test {

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
                     .allows_credentials = true,
                     .allows_authorization = true,
                     .sets_cookie = false};
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

TEST_CASE("a stored response is restored from its record unchanged") {
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

TEST_CASE("packed content is restored packed, with its unpacked size") {
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

TEST_CASE("every flag of a response's lifetimes is recorded independently") {
  for (const int set : {0, 1, 2, 3, 4}) {
    Draft draft = Sample{}.draft();
    auto& lifetimes = draft.lifetimes;
    bool* const flags[] = {&lifetimes.must_revalidate, &lifetimes.no_cache, &lifetimes.allows_credentials,
                           &lifetimes.allows_authorization, &lifetimes.sets_cookie};
    *flags[set] = true;
    const Record record = decode_text(joined(encode(StoredResponse::from(draft))));
    REQUIRE(std::holds_alternative<std::shared_ptr<Draft>>(record));
    CHECK(std::get<std::shared_ptr<Draft>>(record)->lifetimes == lifetimes);
  }
}

TEST_CASE("the names of a Vary are restored from their record") {
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

TEST_CASE("a record truncated or extended anywhere is rejected") {
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

TEST_CASE("a record with any byte changed is rejected") {
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

TEST_CASE("bytes that are not a record are rejected") {
  std::mt19937 random(1);
  for (int round = 0; round < 2'000; ++round) {
    std::string text(random() % 200, '\0');
    for (char& byte : text) byte = static_cast<char>(random());
    CHECK(is_nothing(text));
  }
}

TEST_CASE("a garbled head with a valid checksum is rejected, or at least does no harm") {
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
    // Sums of its times do not overflow: the sanitizers would notice.
    larder::policy::remaining_freshness((*draft)->lifetimes, larder::Time{Milliseconds{1}});
  }
}

TEST_CASE("a record with a field that would split a response is rejected") {
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

namespace {

/// How the record of a draft is read: as a response, packed or not, or rejected.
std::string kind_of(const Record& record) {
  if (std::holds_alternative<std::shared_ptr<Draft>>(record)) return "response";
  return std::holds_alternative<larder::store::PackedResponse>(record) ? "packed" : "nothing";
}

std::string read_of(const Draft& draft) {
  return kind_of(decode_text(joined(encode(StoredResponse::from(draft)))));
}

/// A part as larder stores it: `size` bytes of ten, starting at the third.
Draft part_draft(std::size_t size) {
  Draft draft = Sample{}.draft();
  draft.primary_key = draft.variant_key = draft.primary_key + "#part";
  draft.status = 206;
  draft.content = Bytes::copy_of(std::string(size, 'x'));
  draft.fields.add("Content-Range", "bytes 2-4/10");
  draft.fields.add("X-Cache-Range", "bytes=2-4");
  return draft;
}

using Lines = std::vector<std::pair<std::string, std::string>>;

/// Fields that storing removes, or never accepts.
const std::vector<Lines> never_stored{
    {{"Transfer-Encoding", "chunked"}},
    {{"transfer-encoding", "identity"}},
    {{"Content-Length", "3"}},
    {{"Content-Length", "5"}},
    {{"CONTENT-LENGTH", "0"}},
    {{"Connection", "close"}},
    {{"Connection", "X-A"}, {"X-A", "1"}},
    {{"Keep-Alive", "timeout=5"}},
    {{"Upgrade", "h2c"}},
    {{"TE", "trailers"}},
    {{"Trailer", "X-A"}},
    {{"Proxy-Connection", "keep-alive"}},
    {{"Proxy-Authenticate", "Basic"}},
    {{"Proxy-Authentication-Info", "x"}},
    {{"Proxy-Status", "a"}},
    {{"Proxy-Anything", "x"}},
    {{"HTTP2-Settings", "x"}},
    {{"Age", "0"}},
    {{"X-Cache", "HIT"}},
    {{"x-cache-key", "k"}},
    {{"X-Cache-Range", "bytes=0-1"}},
    {{"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}, {"date", "Sun, 06 Nov 1994 08:49:38 GMT"}},
    {{"Cache-Control", "private=\"x-user\""}, {"X-User", "me"}},
    {{"Cache-Control", "no-cache=\"set-cookie\""}, {"Set-Cookie", "a=b"}},
};

}  // namespace

TEST_CASE("a record with a field that storing removes is rejected, whatever its kind") {
  for (const Lines& lines : never_stored) {
    CAPTURE(lines.front().first);
    const auto with_lines = [&lines](Draft draft) {
      for (const auto& [name, value] : lines) draft.fields.add(name, value);
      return draft;
    };
    const Draft whole = Sample{}.draft();
    Sample selected;
    selected.vary = {"accept-language"};
    const Draft variant = selected.draft();
    for (const Draft& draft : {whole, variant, full_draft(), part_draft(3)}) {
      REQUIRE(read_of(draft) == "response");
      CHECK(read_of(with_lines(draft)) == "nothing");
      const auto packed = StoredResponse::from(with_lines(draft));
      CHECK(is_nothing(joined(encode(packed, Bytes::copy_of("packed")))));
    }
  }
}

TEST_CASE("what an origin may send is kept by its record") {
  Draft draft = Sample{}.draft();
  for (const auto& [name, value] : Lines{{"Via", "1.0 a, 1.1 larder"},
                                         {"Cache-Status", "inner; hit"},
                                         {"X-Cached", "yes"},
                                         {"Set-Cookie", "a=b"},
                                         {"Content-Range", "bytes 0-4/5"},
                                         {"Warning", "110 - x"},
                                         {"Date", "x"},
                                         {"ETag", "\"\x80\""}}) {
    draft.fields.add(name, value);
    CAPTURE(name);
    CHECK(read_of(draft) == "response");
  }
}

TEST_CASE("a record with a status that is never stored is rejected (RFC 9111, sections 3.3 and 4.3.3)") {
  for (const int status : {0, 1, 99, 100, 101, 103, 199, 206, 304, 416, 600, 999, 65'535}) {
    Draft draft = Sample{}.draft();
    draft.status = status;
    CAPTURE(status);
    CHECK(read_of(draft) == "nothing");
  }
  for (const int status : {200, 203, 299, 301, 404, 418, 451, 500, 599}) {
    Draft draft = Sample{}.draft();
    draft.status = status;
    CAPTURE(status);
    CHECK(read_of(draft) == "response");
  }
}

TEST_CASE("a 204 has no content, packed or not") {
  Draft draft = Sample{}.draft();
  draft.status = 204;
  CHECK(read_of(draft) == "nothing");
  CHECK(is_nothing(joined(encode(StoredResponse::from(draft), Bytes::copy_of("packed")))));
  draft.content = {};
  CHECK(read_of(draft) == "response");
}

TEST_CASE(
    "a part is a 206 with no more than its Content-Range says, and nothing else is accepted under its key") {
  CHECK(read_of(part_draft(3)) == "response");
  CHECK(read_of(part_draft(2)) == "response");
  for (const std::size_t size : {0, 4}) CHECK(read_of(part_draft(size)) == "nothing");
  const auto changed = [](auto change) {
    Draft draft = part_draft(3);
    change(draft);
    return read_of(draft);
  };
  CHECK(changed([](Draft& draft) { draft.status = 200; }) == "nothing");
  CHECK(changed([](Draft& draft) { draft.fields.remove("X-Cache-Range"); }) == "response");
  CHECK(changed([](Draft& draft) { draft.fields.add("X-Cache-Range", "bytes=2-4"); }) == "nothing");
  CHECK(changed([](Draft& draft) { draft.fields.remove("Content-Range"); }) == "nothing");
  CHECK(changed([](Draft& draft) { draft.fields.add("Content-Range", "bytes 2-4/10"); }) == "nothing");
  for (const char* range : {"bytes */10", "bytes 2-4/3", "bytes 4-2/10", "items 2-4/10", "2-4/10", ""}) {
    CAPTURE(range);
    CHECK(changed([range](Draft& draft) { draft.fields.set("Content-Range", range); }) == "nothing");
  }
}

TEST_CASE("a record with tags that could not be sent as X-Cache-Tags is rejected") {
  for (const char* tag : {"a\r\nEvil: yes", "a\n", "a\x7f", "\x01"}) {
    Draft names = Sample{}.draft();
    names.tags.names = {"good", tag};
    CHECK(read_of(names) == "nothing");
    Draft site = Sample{}.draft();
    site.tags.site = tag;
    CHECK(read_of(site) == "nothing");
    Draft path = Sample{}.draft();
    path.tags.path = tag;
    CHECK(read_of(path) == "nothing");
  }
}

TEST_CASE("a record with more selecting fields than larder allows is rejected") {
  std::vector<std::string> names;
  for (int i = 0; i < 64; ++i) names.push_back("x-" + std::to_string(100 + i));
  CHECK_FALSE(is_nothing(joined(encode(VaryRecord{"GET:http://a/b", names}))));
  Sample sample;
  sample.vary = names;
  CHECK(read_of(sample.draft()) == "response");
  names.emplace_back("x-200");
  CHECK(is_nothing(joined(encode(VaryRecord{"GET:http://a/b", names}))));
  sample.vary = names;
  CHECK(read_of(sample.draft()) == "nothing");
}

TEST_CASE("a record with a head larger than any of larder's is rejected, valid or not") {
  Draft draft = Sample{}.draft();
  draft.tags.names = {std::string(1'000'000, 't')};
  CHECK(read_of(draft) == "response");
  draft.tags.names.emplace_back(100'000, 't');
  CHECK(read_of(draft) == "nothing");
}

TEST_CASE("a record whose variant's key belongs to another key is rejected") {
  Draft draft = Sample{}.draft();
  const EncodedRecord record = encode(StoredResponse::from(draft));
  std::string head = record.head.substr(prefix_size);
  head[head.rfind(draft.primary_key)] = 'X';
  CHECK(is_nothing(seal(head, std::string(record.body.view()))));
}

}  // namespace larder::record_test
