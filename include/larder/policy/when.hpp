#pragma once

#include <larder/http/field_list.hpp>
#include <larder/http/message.hpp>
#include <larder/http/target.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// What a request must have under a name: one of some values, globs too.
struct Condition {
  std::string name;  ///< that of a parameter or a cookie may be a glob
  std::vector<std::string> values;
  bool operator==(const Condition&) const = default;
};

/// `when`: what a route looks at in a request besides its host, path and method. All of it must hold.
struct WhenRule {
  std::vector<Condition> headers;
  std::vector<Condition> query;
  std::vector<Condition> cookies;
  bool operator==(const WhenRule&) const = default;

  bool empty() const { return query.empty() && !looks_at_fields(); }
  bool looks_at_fields() const { return !headers.empty() || !cookies.empty(); }

  /// The request fields that it looks at, as Vary names them.
  std::vector<std::string> field_names() const;
};

/// What routes look at in a request besides its target. It lives no longer than the request.
struct RouteInput {
  RouteInput(const http::RequestHead& request) : method(request.method), fields(&request.fields) {}
  RouteInput(std::string_view of, const http::FieldList& with) : method(of), fields(&with) {}

  /// A request without fields.
  template <std::convertible_to<std::string_view> Text>
  RouteInput(const Text& of) : method(of), fields(&no_fields()) {}

  std::string_view method;
  const http::FieldList* fields;

 private:
  static const http::FieldList& no_fields();
};

/// Whether each parameter of the rule is in the query with one of its values: names and values are compared
/// percent-decoded, and a parameter is what stands between "&". If it comes more than once one is enough: a
/// query to which something is added holds what it held.
bool holds_by_query(const WhenRule& when, const http::Target& target);

/// The same for its fields and cookies. The lines of a field are combined, each trimmed. A field that
/// Connection names counts as absent: it is not sent on. Of several cookies of one name one is enough.
bool holds_by_fields(const WhenRule& when, const http::FieldList& request_fields);

bool holds(const WhenRule& when, const RouteInput& input, const http::Target& target);

/// What of a rule does not hold, in words: `header X-Version: 2 or 3`.
std::vector<std::string> unmet(const WhenRule& when, const RouteInput& input, const http::Target& target);

/// All of it in words.
std::vector<std::string> words_of(const WhenRule& when);

/// Why routes cannot be chosen by a field: another key is for that, or the origin never sees it as it came.
/// Nothing if they can.
std::optional<std::string_view> when_field_mistake(std::string_view name);

/// What a parameter's name or value is compared as.
std::string decoded_parameter(std::string_view text);

}  // namespace larder::policy
