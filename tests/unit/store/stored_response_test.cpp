#include "sample.hpp"

#include <doctest/doctest.h>

namespace larder::stored_response_test {

using larder::Bytes;
using larder::store::content_of;
using larder::store::copy_of;
using larder::store::Draft;
using larder::store::StoredResponse;
using larder::test::Sample;

namespace {

std::vector<std::string> strings(const std::vector<std::string_view>& texts) {
  return {texts.begin(), texts.end()};
}

Draft draft_with(std::size_t size) {
  Sample sample;
  sample.query = "?a=b";
  sample.tags = {"product:7", "", std::string("a\0b", 3)};
  sample.vary = {"accept", "accept-language"};
  sample.request_fields = larder::test::fields_of({{"Accept-Language", "de"}});
  sample.body = std::string(size, 'x');
  sample.born = {17, 4};
  sample.checked = 9;
  Draft draft = sample.draft();
  draft.status = 203;
  draft.fields.add("ETag", "\"x\"");
  draft.fields.add("X-Empty", "");
  draft.softly_purged = true;
  return draft;
}

}  // namespace

TEST_CASE("a stored response has everything that its draft had, wherever its content is") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{7}, StoredResponse::most_inside,
                                 StoredResponse::most_inside + 1, std::size_t{100'000}}) {
    CAPTURE(size);
    const Draft draft = draft_with(size);
    const auto stored = StoredResponse::from(draft);
    CHECK(stored->primary_key() == draft.primary_key);
    CHECK(stored->variant_key() == draft.variant_key);
    CHECK(strings(stored->vary()) == draft.vary);
    CHECK(stored->status == 203);
    CHECK(stored->field_lines() == draft.fields.wire());
    CHECK(stored->fields().find("etag") == "\"x\"");
    CHECK(stored->can_validate);
    CHECK(stored->content() == draft.content.view());
    CHECK(copy_of(stored).lifetimes == draft.lifetimes);
    CHECK(strings(stored->tags().names) == draft.tags.names);
    CHECK(stored->born == draft.born);
    CHECK(stored->checked == 9);

    const Draft copy = copy_of(stored);
    CHECK(copy.primary_key == draft.primary_key);
    CHECK(copy.vary == draft.vary);
    CHECK(copy.variant_key == draft.variant_key);
    CHECK(copy.status == draft.status);
    CHECK(copy.fields == draft.fields);
    CHECK(copy.content.view() == draft.content.view());
    CHECK(copy.tags == draft.tags);
    CHECK(copy.born == draft.born);
    CHECK(copy.softly_purged);
    CHECK(copy.checked == 9);
  }
}

TEST_CASE("an empty draft makes an empty response") {
  const auto stored = StoredResponse::from({});
  CHECK(stored->primary_key().empty());
  CHECK(stored->variant_key().empty());
  CHECK_FALSE(stored->has_vary());
  CHECK(stored->field_lines().empty());
  CHECK(stored->content().empty());
  CHECK_FALSE(stored->can_validate);
}

TEST_CASE("a draft without a variant's key is stored under its primary key") {
  Draft draft;
  draft.primary_key = "GET:http://a/b";
  CHECK(StoredResponse::from(draft)->variant_key() == "GET:http://a/b");
}

TEST_CASE("a variant is identified by its primary key and the exact names of its Vary") {
  const auto stored = StoredResponse::from(draft_with(5));
  const std::string key(stored->primary_key());
  CHECK(stored->is_variant(key, {"accept", "accept-language"}));
  CHECK_FALSE(stored->is_variant(key + "x", {"accept", "accept-language"}));
  CHECK_FALSE(stored->is_variant(key, {}));
  CHECK_FALSE(stored->is_variant(key, {"accept"}));
  CHECK_FALSE(stored->is_variant(key, {"accept", "accept-encoding"}));
  CHECK_FALSE(stored->is_variant(key, {"accept", "accept-language", "cookie"}));
}

TEST_CASE("content is held by whatever serves it, and large content is shared with copies") {
  for (const std::size_t size : {std::size_t{1'000}, std::size_t{100'000}}) {
    CAPTURE(size);
    auto stored = StoredResponse::from(draft_with(size));
    const Bytes content = content_of(stored);
    const Bytes lines = field_lines_of(stored);
    auto anew = StoredResponse::from(copy_of(stored));
    CHECK((anew->content().data() == stored->content().data()) == (size > StoredResponse::most_inside));
    const std::weak_ptr<const StoredResponse> first = stored;
    stored.reset();
    CHECK_FALSE(first.expired());  // its field lines are still in use
    CHECK(lines.view().starts_with("Content-Type: "));
    anew.reset();
    CHECK(content.view() == std::string(size, 'x'));
  }
}

TEST_CASE("copies of a response do not keep it alive, however many there are") {
  auto stored = StoredResponse::from(draft_with(100'000));
  for (int i = 0; i < 3; ++i) {
    const std::weak_ptr<const StoredResponse> before = stored;
    stored = StoredResponse::from(copy_of(stored));
    CHECK(before.expired());
  }
}

TEST_CASE("lifetimes are kept to the millisecond, and capped at 34 years") {
  using larder::Milliseconds;
  using larder::Time;
  using larder::policy::Lifetimes;
  using larder::store::PackedLifetimes;
  const Milliseconds longest{(std::int64_t{1} << 40) - 1};
  const Lifetimes all{.response_time = Time{Milliseconds{1'700'000'000'999}},
                      .initial_age = Milliseconds{1},
                      .fetch_time = Milliseconds{22},
                      .freshness = longest,
                      .stale_while_revalidate = Milliseconds{4'444},
                      .stale_if_error = Milliseconds{55'555},
                      .must_revalidate = true,
                      .no_cache = true,
                      .allows_credentials = true,
                      .allows_authorization = true,
                      .sets_cookie = true};
  CHECK(Lifetimes(PackedLifetimes(all)) == all);
  CHECK(Lifetimes(PackedLifetimes(Lifetimes{})) == Lifetimes{});
  for (bool Lifetimes::*const flag :
       {&Lifetimes::must_revalidate, &Lifetimes::no_cache, &Lifetimes::allows_credentials,
        &Lifetimes::allows_authorization, &Lifetimes::sets_cookie}) {
    Lifetimes one;
    one.*flag = true;
    CHECK(Lifetimes(PackedLifetimes(one)) == one);
  }
  const Lifetimes out_of_range{.freshness = longest + Milliseconds{1}, .stale_if_error = Milliseconds{-1}};
  CHECK(Lifetimes(PackedLifetimes(out_of_range)).freshness == longest);
  CHECK(Lifetimes(PackedLifetimes(out_of_range)).stale_if_error == Milliseconds{0});
}

TEST_CASE("the site and path that purges use are the draft's, whatever its key says") {
  struct Row {
    const char* key;
    const char* site;
    const char* path;
  };
  for (const Row& row :
       {Row{"GET:http://a.example/b/c", "a.example", "/b/c"},
        Row{"GET:http://a.example:81/b?c=/d", "a.example", "/b"},
        Row{"GET:http://a.example/b#header:x=/y", "a.example", "/b"},
        Row{"GET:http://a.example", "a.example", ""}, Row{"GET:http://[::1]:80/b", "[::1]", "/b"},
        Row{"GET:http://a.example/b//c%2d", "a.example", "/b/c-"},
        Row{"GET:http://a.example/b", "other.example", "/b"},
        Row{"GET:http://a.example/b", "a.example", "/other"}, Row{"GET:http://a.example/b", "", ""},
        Row{"", "a.example", "/b"}, Row{"", "", ""}, Row{"/b", "a.example", "/b"}}) {
    CAPTURE(row.key);
    Draft draft = draft_with(10);
    draft.primary_key = row.key;
    draft.variant_key.clear();
    draft.tags.site = row.site;
    draft.tags.path = row.path;
    const auto stored = StoredResponse::from(draft);
    CHECK(stored->tags().site == row.site);
    CHECK(stored->tags().path == row.path);
    CHECK(stored->content() == std::string(10, 'x'));
    CHECK(strings(stored->vary()) == draft.vary);
  }
}

}  // namespace larder::stored_response_test
