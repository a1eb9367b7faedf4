#pragma once

#include <larder/http/field_list.hpp>
#include <larder/policy/route.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::policy {

/// The value of a cookie in the request (RFC 6265, section 5.4), as received; nothing if it is not there.
/// If a name comes more than once, all its values in order, joined by ";", which no value holds: which
/// one an origin takes is unknown.
std::optional<std::string> cookie_value(const http::FieldList& request_fields, std::string_view name);

/// The cookies in the request that a glob of `rule.key`, the one at that position, puts into the key: by
/// name, those of one name in the order they came. One that is named outright, or that an earlier glob names,
/// is not among them.
std::vector<std::pair<std::string_view, std::string_view>> cookies_by_glob(
    const http::FieldList& request_fields, const CookieRule& rule, std::size_t position);

/// Whether a cookie in the request has such a name and one of the values.
bool has_cookie(const http::FieldList& request_fields, const Condition& condition);

/// Whether there is a cookie in the request that the rule neither keys nor ignores.
bool has_foreign_cookie(const http::FieldList& request_fields, const CookieRule& rule);

/// Whether there is a cookie in the request whose name `takes` takes.
bool has_cookie_where(const http::FieldList& request_fields,
                      const std::function<bool(std::string_view name)>& takes);

/// Adds the names of the cookies in the request that are in `rule.ignore` and not in `rule.key`, a `;` behind
/// each.
void add_ignored_names(const http::FieldList& request_fields, const CookieRule& rule, std::string& names);

/// Whether a request that may be answered from cache goes on with its Cookie lines as they came: there is at
/// least one cookie in each, and the rule neither keys nor ignores any.
bool keeps_cookie_lines(const http::FieldList& request_fields, const CookieRule& rule);

/// The Cookie value that such a request otherwise goes on with: the cookies keyed, in the order of the key,
/// which depend only on what is keyed, then those that are neither keyed nor ignored. Nothing if there is
/// none.
std::optional<std::string> cookies_to_send(const http::FieldList& request_fields, const CookieRule& rule);

}  // namespace larder::policy
