// The other field values: dates, entity tags, lists, authorities and URI references.
#include "fuzz.hpp"

#include <larder/base/text.hpp>
#include <larder/http/cache_control.hpp>
#include <larder/http/date.hpp>
#include <larder/http/etag.hpp>
#include <larder/http/list.hpp>
#include <larder/http/range.hpp>
#include <larder/http/target.hpp>

using namespace larder;
using namespace larder::fuzz;

namespace {

const Time now{Milliseconds{1'700'000'000'000}};

void check_date(std::string_view text) {
  const auto date = http::parse_date(text, now);
  if (!date) return;
  const auto again = http::parse_date(http::format_date(*date), now);
  require(again == date, "a date is written and read again as the same");
}

void check_delta_seconds(std::string_view text) {
  const auto seconds = http::parse_delta_seconds(text);
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  require(seconds.has_value() == digits, "a delta-seconds is digits");
}

void check_etags(std::string_view text) {
  const auto tag = http::parse_etag(text);
  const auto list = http::parse_etag_list(text);
  if (tag) {
    require(http::weakly_equal(*tag, *tag), "an entity tag equals itself weakly");
    require(http::strongly_equal(*tag, *tag) == !tag->weak, "a weak entity tag equals nothing strongly");
    require(list && list->tags.size() == 1 && list->tags[0].opaque == tag->opaque,
            "one tag is a list of one");
  }
  if (list) require(list->any != !list->tags.empty(), "a list is * or holds tags");
}

void check_list(std::string_view text) {
  std::string joined;
  for (const std::string_view member : http::split_list(text)) {
    require(!member.empty() && trim(member) == member, "a member is trimmed and not empty");
    if (!joined.empty()) joined += ", ";
    joined += member;
  }
  require(http::split_list(joined) == http::split_list(text),
          "a list that was split is split the same again");
}

void check_authority(std::string_view text) {
  const auto authority = http::parse_authority(text, "https");
  if (!authority) return;
  const std::string normal =
      authority->port.empty() ? authority->host : authority->host + ":" + authority->port;
  const auto again = http::parse_authority(normal, "https");
  require(again && again->host == authority->host && again->port == authority->port,
          "an authority is normal");
  require(normal.find_first_of("/?#@ ") == std::string::npos, "an authority has no other part of a URI");
}

void check_reference(std::string_view text) {
  const http::Target base{"http", "a.example", "", "/b/c", "d"};
  const auto target = http::resolve(base, text);
  if (!target) return;
  require(http::is_target_text(target->origin_form()), "what a reference leads to may be requested");
  require(target->path.starts_with('/'), "a path begins with a slash");
  require(target->scheme == "http" || target->scheme == "https", "a scheme is one of ours");
  const auto again =
      http::resolve(base, target->scheme + "://" + target->authority() + target->origin_form());
  require(again && *again == *target, "a URI that was resolved is resolved to itself");
}

void check_range(std::string_view text) {
  const auto asked = http::parse_range(text);
  for (const std::uint64_t length : {0ull, 1ull, 10ull, ~0ull}) {
    const auto range = asked ? asked->within(length) : std::nullopt;
    if (range)
      require(range->first <= range->last && range->last < length, "a range lies within the content");
  }
  const auto content = http::parse_content_range(text);
  if (!content || !content->length) return;
  const auto again = http::parse_content_range(http::format_content_range(content->range, *content->length));
  require(again && again->range == content->range && again->length == content->length,
          "a Content-Range is written and read again as the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  check_date(text);
  check_etags(text);
  check_list(text);
  check_authority(text);
  check_reference(text);
  check_delta_seconds(text);
  check_range(text);
  return 0;
}
