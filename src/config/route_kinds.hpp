#pragma once

#include "sections.hpp"

#include <larder/policy/route.hpp>

#include <optional>
#include <string>
#include <vector>

// What the keys of a route may hold, beyond the kinds of all sections (kinds.hpp).

namespace larder::config {

/// A path pattern, or a list of them.
struct Matches {
  std::optional<std::vector<std::string>> read(const Value& value) const;
  Node write(const std::vector<std::string>& all) const;
  json::object schema() const;
};

/// A host pattern, or a list of them.
class Hosts {
 public:
  /// Without a context (nullptr) nothing is said of `sites`.
  explicit Hosts(const RouteContext* context) : context_(context) {}

  std::optional<std::vector<policy::HostPattern>> read(const Value& value) const;
  Node write(const std::vector<policy::HostPattern>& hosts) const;
  json::object schema() const;

 private:
  void warn_of_other_spelling(const Value& item, const std::string& text) const;

  const RouteContext* context_;
};

/// A map of what a request must have: headers, query, cookies.
struct When {
  std::optional<policy::WhenRule> read(const Value& value) const;
  Node write(const policy::WhenRule& rule) const;
  json::object schema() const;
  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const;
};

/// A duration, or a map of durations by status or class of statuses.
struct Ttl {
  std::optional<policy::TtlRule> read(const Value& value) const;
  Node write(const policy::TtlRule& rule) const;
  json::object schema() const;
};

/// `{ignore: [...]}` or `{only: [...]}`, with `sorted` and `forward`.
struct Query {
  std::optional<policy::QueryRule> read(const Value& value) const;
  Node write(const policy::QueryRule& rule) const;
  json::object schema() const;
  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const;
};

/// `refuse`, `ignore`, a list of cookies for the key, or a map of `key` and `ignore`.
struct Cookies {
  std::optional<policy::CookieRule> read(const Value& value) const;
  Node write(const policy::CookieRule& rule) const;
  json::object schema() const;
  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const;
};

/// A list of templates whose `{names}` are all captured by the match.
struct Tags {
  std::optional<std::vector<std::string>> read(const Value& value, const policy::Route& route) const;
  Node write(const std::vector<std::string>& tags) const { return list_node(tags); }
  json::object schema() const { return list_schema(any_text_schema()); }
};

/// `resource`, `none`, or a map of urls and tags, whose templates are as those of Tags.
struct Purge {
  std::optional<policy::PurgeRule> read(const Value& value, const policy::Route& route) const;
  Node write(const policy::PurgeRule& rule) const;
  json::object schema() const;
  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const;
};

/// A map of the cookies, fields and parameters with which requests are passed.
struct Bypass {
  std::optional<policy::BypassRule> read(const Value& value) const;
  Node write(const policy::BypassRule& rule) const;
  json::object schema() const;
  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const;
};

/// A map of addresses that may ask, and that may not.
struct ClientAccess {
  std::optional<policy::AccessRule> read(const Value& value) const;
  Node write(const policy::AccessRule& rule) const;
  json::object schema() const;
  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const;
};

/// A map of an answer's status, content and type.
struct Respond {
  std::optional<policy::RespondRule> read(const Value& value) const;
  Node write(const policy::RespondRule& rule) const;
  json::object schema() const;
  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const;
};

/// A path or URL, or a map of it and a status, whose names are captured by the match.
struct Redirect {
  std::optional<policy::RedirectRule> read(const Value& value, const policy::Route& route) const;
  Node write(const policy::RedirectRule& rule) const;
  json::object schema() const;
  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const;
};

/// A map of the origins whose pages may read responses, and of what they may send.
struct Cors {
  std::optional<policy::CorsRule> read(const Value& value, const policy::Route& route) const;
  Node write(const policy::CorsRule& rule) const;
  json::object schema() const;
  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const;
};

/// A duration, or a map of `for` and `override`.
struct StaleOnError {
  std::optional<policy::StaleIfError> read(const Value& value) const;
  Node write(const policy::StaleIfError& rule) const;
  json::object schema() const;
  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const;
};

/// A list of statuses and classes of them, not empty.
struct StatusList {
  std::optional<policy::Statuses> read(const Value& value) const;
  Node write(const policy::Statuses& statuses) const;
  json::object schema() const;
};

/// A map of request fields to `ignore` or a list of values. It goes together with the default's.
struct Vary {
  std::optional<std::vector<policy::VaryRule>> read(const Value& value, const policy::Route& route) const;
  Node write(const std::vector<policy::VaryRule>& rules) const;
  json::object schema() const;
};

/// A map of what is done to the fields of requests when they are sent. It goes together with the default's.
struct RequestFields {
  std::optional<policy::RequestRule> read(const Value& value, const policy::Route& route) const;
  std::optional<policy::RequestRule> read(const Value& value, const Upstream& upstream) const;
  Node write(const policy::RequestRule& rule) const;
  json::object schema() const;
  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const;
};

/// A map of what is done to the fields of responses. It goes together with the default's.
struct ResponseFields {
  std::optional<policy::ResponseRule> read(const Value& value, const policy::Route& route) const;
  Node write(const policy::ResponseRule& rule) const;
  json::object schema() const;
  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const;
};

/// Whether a text is a glob over names of query parameters, over those of cookies, or a name alone; reported
/// if not.
bool check_parameter(const Value& item, const std::string& text);
bool check_cookie(const Value& item, const std::string& text);
bool check_token(const Value& item, const std::string& text);

/// A list of request field names.
Texts field_names();

/// A list of response field names.
Texts tag_field_names();

/// A list of methods, not empty.
struct Methods {
  std::optional<std::vector<std::string>> read(const Value& value) const;
  Node write(const std::vector<std::string>& methods) const { return list_node(methods); }
  json::object schema() const;
};

/// A switch; `shadow` is a word for later.
extern const Scalar<bool> a_cache_switch;

/// Up to 5m.
extern const Scalar<Milliseconds> a_lag;

/// `0%` to `50%`.
extern const Scalar<unsigned> a_jitter;

/// `auto`, or a switch.
extern const Scalar<policy::RefreshAhead> a_refresh_ahead;

}  // namespace larder::config
