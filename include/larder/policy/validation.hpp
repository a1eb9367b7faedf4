#pragma once

#include <larder/base/clock.hpp>
#include <larder/http/message.hpp>

#include <optional>
#include <span>

namespace larder::policy {

/// Whether the client's own validators match a 200 that is about to be served, so that a 304 answers it:
/// If-None-Match with weak comparison, and only without it If-Modified-Since, which is compared with
/// Last-Modified alone (RFC 9110, sections 13.1.3 and 13.2.2; RFC 9111, section 4.3.2). `now` is for reading
/// two-digit years.
bool is_not_modified(const http::RequestHead& request, const http::FieldList& stored_fields, Time now);

/// What happens to Set-Cookie in a 304: it is of the answer to that very request, or of another.
enum class SetCookie { keep, leave_out };

/// The fields of a 304 in place of a 200 with these (RFC 9110, section 15.4.5): all except those that
/// describe the content (Content-Type, Content-Length, Content-Encoding, ...), and Last-Modified only if
/// there is no ETag.
http::FieldList not_modified_fields(const http::FieldList& fields, SetCookie set_cookie);

/// The fields of a 416 in place of a 200 with these (RFC 9110, section 15.5.17): as a 304's, so that scripts
/// of other origins may read it where they may read the content (Access-Control-*), but without a lifetime.
http::FieldList unsatisfied_fields(const http::FieldList& fields);

/// Adds the Set-Cookie lines of the origin's answer to a 304 made from what is stored.
void add_set_cookie(http::FieldList& fields, const http::FieldList& answer);

/// Adds what else of the origin's answer is for the client alone whose request was sent: RateLimit,
/// X-Request-Id and the like.
void add_fields_of_one_request(http::FieldList& fields, const http::FieldList& answer);

/// Whether a stored response can be validated: it is a 2xx with an ETag or a Last-Modified.
bool can_be_validated(int status, const http::FieldList& fields);

/// Turns a fill's request into a conditional one with the validators of the stored response (RFC 9111,
/// section 4.3.1): the client's own conditions are replaced.
void make_conditional(http::FieldList& request_fields, const http::FieldList& stored_fields);

/// Whether a stored response may answer a request that its selecting fields do not match, if the origin
/// says by 304 that its content is right for that, too (RFC 9111, section 4.1). A 304 is about the content:
/// not if the entity tag is weak, and may be that of another coding; nor if the fields were for one
/// client (Set-Cookie, selected by Cookie or Authorization); nor in a coding that the request does not name,
/// nor without one where the origin may have it in one: many pack what they send and leave the entity tag as
/// it is.
bool may_answer_unselected(const http::FieldList& request_fields, const http::FieldList& stored_fields);

/// Asks which of several stored responses answers the request, if any does (RFC 9110, section 13.1.2): by
/// their entity tags, those without one left out. The client's own conditions are replaced. Whether there is
/// anything to ask for.
bool ask_which_holds(http::FieldList& request_fields, std::span<const http::FieldList> stored_fields);

/// Whether ask_which_holds() has anything to ask for.
bool can_ask_which_holds(std::span<const http::FieldList> stored_fields);

/// Which of those a 304 says it is, by its position: the first with the entity tag of the 304 (RFC 9111,
/// section 4.3.4). If it has none it is what was asked about, if that was a single tag; nothing if it
/// could be any.
std::optional<std::size_t> find_selected(const http::FieldList& not_modified,
                                         std::span<const http::FieldList> stored_fields);

/// Whether a 304 selects this stored response (RFC 9111, section 4.3.4): strong validators equal, or weak
/// ones, or the 304 has none.
bool selects(const http::FieldList& not_modified, const http::FieldList& stored_fields);

/// Whether a 200 to HEAD is about the content that is stored, with `stored_size` bytes (RFC 9111,
/// section 4.3.5): its validators and its Content-Length are those of the stored response, as far as it has
/// any.
bool describes_same(const http::FieldList& head_fields, const http::FieldList& stored_fields,
                    std::uint64_t stored_size);

/// The stored fields replaced by those of the 304, except Content-Length and the like (RFC 9111,
/// section 3.2). The age begins again: Age and Date are those of the 304 or none, so that decide_storing()
/// can say of the outcome whether it may be stored and how old it is; storable_fields() then takes Age out.
http::FieldList freshened(const http::FieldList& stored_fields, const http::FieldList& not_modified);

}  // namespace larder::policy
