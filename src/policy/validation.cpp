#include "names.hpp"
#include "selecting.hpp"
#include "storable.hpp"

#include <larder/base/text.hpp>
#include <larder/http/date.hpp>
#include <larder/http/etag.hpp>
#include <larder/http/list.hpp>
#include <larder/policy/freshness.hpp>
#include <larder/policy/validation.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace larder::policy {
namespace {

std::optional<http::EntityTag> etag_of(const http::FieldList& fields) {
  const auto value = fields.find("ETag");
  if (!value) return std::nullopt;
  return http::parse_etag(trim(*value));
}

// RFC 9110, section 13.1.2: weak comparison; "*" holds, since there is a stored response.
bool lists_etag(std::string_view if_none_match, const http::FieldList& stored_fields) {
  const auto list = http::parse_etag_list(if_none_match);
  if (!list) return false;
  if (list->any) return true;
  const auto stored = etag_of(stored_fields);
  return stored && std::any_of(list->tags.begin(), list->tags.end(), [&stored](const http::EntityTag& tag) {
           return http::weakly_equal(tag, *stored);
         });
}

// RFC 9110, section 13.1.3: an invalid date, or more than one, is ignored, and so is any date if no
// modification date is known. RFC 9111, section 4.3.2 would let Date replace that: but Date says when a
// message was made and nothing about its content, so a client would keep what has changed.
bool is_unmodified_since(const http::FieldList& request_fields, const http::FieldList& stored_fields,
                         Time now) {
  if (request_fields.count("If-Modified-Since") != 1 || stored_fields.count("Last-Modified") != 1)
    return false;
  const auto since = http::parse_date(trim(request_fields.find("If-Modified-Since").value_or("")), now);
  const auto modified = http::parse_date(trim(stored_fields.find("Last-Modified").value_or("")), now);
  return since && modified && *modified <= *since;
}

// Fields that a 304 does not change: they describe the stored content, which it does not replace (RFC 9111,
// section 3.2).
bool describes_content(std::string_view name) {
  static constexpr std::array<std::string_view, 7> describing{
      "Content-Length", "Content-Encoding", "Content-Range", "Content-MD5",
      "Content-Digest", "Repr-Digest",      "Digest"};
  return is_one_of(name, describing);
}

// Fields about content, which a 304 does not have.
bool is_content_metadata(const http::FieldName& name) {
  static constexpr http::FieldNames well_known(
      {"Content-Encoding", "Content-Length", "Content-Range", "Content-Type"});
  if (name.number() != 0) return well_known.contains(name);
  return name == "Content-Language" || describes_content(name);
}

void remove_conditions(http::FieldList& request_fields) {
  static constexpr std::array<std::string_view, 5> conditions{"If-None-Match", "If-Modified-Since",
                                                              "If-Match", "If-Unmodified-Since", "If-Range"};
  request_fields.remove_if([](const http::Field& field) { return is_one_of(field.name, conditions); });
}

bool takes_coding(std::string_view accept_encoding, std::string_view coding) {
  const std::string accepted = accepted_codings(accept_encoding);
  const std::vector<std::string_view> codings = http::split_list(accepted);
  return std::any_of(codings.begin(), codings.end(),
                     [coding](std::string_view each) { return equal_ignoring_case(each, coding); });
}

// The entity tags of several responses, each once.
std::vector<std::string_view> listed_tags(std::span<const http::FieldList> stored_fields) {
  std::vector<std::string_view> tags;
  for (const http::FieldList& fields : stored_fields) {
    const std::string_view tag = trim(fields.find("ETag").value_or(""));
    const bool is_known = std::find(tags.begin(), tags.end(), tag) != tags.end();
    if (!is_known && http::parse_etag(tag)) tags.push_back(tag);
  }
  return tags;
}

}  // namespace

bool is_not_modified(const http::RequestHead& request, const http::FieldList& stored_fields, Time now) {
  // RFC 9110, section 13.2.2: If-Modified-Since counts only if there is no If-None-Match.
  const auto if_none_match = request.fields.combined("If-None-Match");
  if (if_none_match) return lists_etag(*if_none_match, stored_fields);
  return is_unmodified_since(request.fields, stored_fields, now);
}

// RFC 9110, section 15.4.5: what describes the content is left out, which the client has. All else goes out,
// so that it knows what it would know by a 200, for as long as that is fresh (RFC 9111, section 3.2).
http::FieldList not_modified_fields(const http::FieldList& fields, SetCookie set_cookie) {
  const bool has_etag = fields.contains("ETag");
  http::FieldList kept;
  kept.reserve(fields.size(), fields.wire().size());
  for (const http::Field field : fields) {
    if (field.name == "Last-Modified" && has_etag) continue;
    if (field.name == "Set-Cookie" && set_cookie == SetCookie::leave_out) continue;
    if (!is_content_metadata(field.name)) kept.add(field);
  }
  return kept;
}

http::FieldList unsatisfied_fields(const http::FieldList& fields) {
  // A 416 that states a lifetime may be stored (RFC 9111, section 3), and then answers whoever asks for the
  // whole: Range is not part of a cache's key.
  static constexpr std::array<std::string_view, 5> of_lifetime{"Cache-Control", "CDN-Cache-Control",
                                                               "Expires", "Pragma", "Surrogate-Control"};
  http::FieldList kept = not_modified_fields(fields, SetCookie::leave_out);
  kept.remove_if([](const http::Field& field) { return is_one_of(field.name, of_lifetime); });
  return kept;
}

void add_set_cookie(http::FieldList& fields, const http::FieldList& answer) {
  for (const http::Field field : answer) {
    if (field.name == "Set-Cookie") fields.add(field);
  }
}

void add_fields_of_one_request(http::FieldList& fields, const http::FieldList& answer) {
  for (const http::Field field : answer) {
    if (!is_of_one_request(field.name) || http::list_contains(answer, "Connection", field.name)) continue;
    fields.add(field);
  }
}

// RFC 9110, section 13.2.1: conditions are for what would be answered with 2xx. The origin ignores them for
// anything else, and a 304 stands for a 2xx.
bool can_be_validated(int status, const http::FieldList& fields) {
  if (status < 200 || status > 299) return false;
  return fields.contains("ETag") || fields.contains("Last-Modified");
}

// RFC 9111, section 4.3.1.
void make_conditional(http::FieldList& request_fields, const http::FieldList& stored_fields) {
  remove_conditions(request_fields);
  if (const auto etag = stored_fields.find("ETag")) request_fields.add("If-None-Match", *etag);
  if (const auto modified = stored_fields.find("Last-Modified"))
    request_fields.add("If-Modified-Since", *modified);
}

bool may_answer_unselected(const http::FieldList& request_fields, const http::FieldList& stored_fields) {
  const auto etag = etag_of(stored_fields);
  if (!etag || etag->weak || stored_fields.contains("Set-Cookie")) return false;
  for (const char* name : {"Cookie", "Authorization"}) {
    if (http::list_contains(stored_fields, "Vary", name)) return false;
  }
  const auto accepted = request_fields.combined("Accept-Encoding");
  const auto coding = stored_fields.find("Content-Encoding");
  if (!coding || equal_ignoring_case(*coding, "identity")) {
    return !http::list_contains(stored_fields, "Vary", "Accept-Encoding") ||
           accepted_codings(accepted.value_or("")) == "identity";
  }
  return accepted && takes_coding(*accepted, trim(*coding));
}

// RFC 9111, section 4.3.1: Last-Modified is sent if a single response is validated alone.
bool ask_which_holds(http::FieldList& request_fields, std::span<const http::FieldList> stored_fields) {
  std::string tags;
  for (const std::string_view tag : listed_tags(stored_fields)) {
    if (!tags.empty()) tags += ", ";
    tags += tag;
  }
  if (tags.empty()) return false;
  remove_conditions(request_fields);
  request_fields.add("If-None-Match", tags);
  return true;
}

bool can_ask_which_holds(std::span<const http::FieldList> stored_fields) {
  return !listed_tags(stored_fields).empty();
}

std::optional<std::size_t> find_selected(const http::FieldList& not_modified,
                                         std::span<const http::FieldList> stored_fields) {
  const bool is_plain = etag_of(not_modified).has_value() || listed_tags(stored_fields).size() == 1;
  for (std::size_t i = 0; is_plain && i < stored_fields.size(); ++i) {
    if (etag_of(stored_fields[i]) && selects(not_modified, stored_fields[i])) return i;
  }
  return std::nullopt;
}

// RFC 9111, section 4.3.4.
bool selects(const http::FieldList& not_modified, const http::FieldList& stored_fields) {
  if (const auto etag = etag_of(not_modified)) {
    const auto stored = etag_of(stored_fields);
    if (!stored) return false;
    return etag->weak ? http::weakly_equal(*etag, *stored) : http::strongly_equal(*etag, *stored);
  }
  const auto modified = not_modified.find("Last-Modified");
  const auto stored_modified = stored_fields.find("Last-Modified");
  return !modified || (stored_modified && trim(*modified) == trim(*stored_modified));
}

// RFC 9111, section 4.3.5.
bool describes_same(const http::FieldList& head_fields, const http::FieldList& stored_fields,
                    std::uint64_t stored_size) {
  for (const std::string_view validator : {"ETag", "Last-Modified"}) {
    const auto said = head_fields.find(validator);
    const auto stored = stored_fields.find(validator);
    if (said && (!stored || trim(*said) != trim(*stored))) return false;
  }
  const auto length = head_fields.find("Content-Length");
  return !length || trim(*length) == std::to_string(stored_size);
}

// RFC 9111, section 3.2. The age begins again with the 304: its Age counts, and without a Date of its own the
// time at which it came (RFC 9110, section 6.6.1).
http::FieldList freshened(const http::FieldList& stored_fields, const http::FieldList& not_modified) {
  http::FieldList updates = storable_lines(not_modified);
  updates.remove_if([](const http::Field& field) { return describes_content(field.name); });
  http::FieldList fields;
  fields.reserve(stored_fields.size() + updates.size(), stored_fields.wire().size() + updates.wire().size());
  for (const http::Field field : stored_fields) {
    const bool replaced = updates.contains(field.name) || equal_ignoring_case(field.name, "Date");
    if (!replaced) fields.add(field.name, field.value);
  }
  for (const http::Field field : updates) fields.add(field.name, field.value);
  // Not stored, but what the lifetimes come from.
  for (const char* name : {"Age", accel_expires_name}) {
    if (const auto value = not_modified.find(name)) fields.add(name, *value);
  }
  return fields;
}

}  // namespace larder::policy
