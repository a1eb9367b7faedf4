#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/result.hpp>
#include <larder/http/field_list.hpp>
#include <larder/http/message.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// An origin (RFC 6454, section 6.2) that a route's `cors` names: `https://shop.example:8443`, or with `*` in
/// place of the first label: `https://*.shop.example`, one label more. The port is the scheme's own if none
/// is named. In any case of letters.
class CorsOrigin {
 public:
  /// Error::malformed if it is none: with a path, say, or a user.
  static Result<CorsOrigin> parse(std::string_view text);

  /// Whether it is what an Origin field says.
  bool matches(std::string_view origin) const;

  /// Lower case, without the scheme's own port.
  const std::string& text() const { return text_; }
  bool operator==(const CorsOrigin& other) const { return text_ == other.text_; }

 private:
  std::string text_;
  std::size_t star_ = std::string::npos;  // where in it any label may stand
};

/// Which pages may read.
struct CorsOrigins {
  bool any = false;  ///< `"*"`: none is named
  std::vector<CorsOrigin> named{};
  bool operator==(const CorsOrigins&) const = default;

  /// `null` is allowed as any is, never by its name.
  bool allow(std::string_view origin) const;
};

/// `cors` of a route: which pages of other origins may read its responses, and send what (Fetch standard,
/// section 3.2).
struct CorsRule {
  CorsOrigins origins;
  std::vector<std::string> methods{"GET", "HEAD", "POST"};  ///< or `*`
  std::vector<std::string> headers;                         ///< that requests may have, or `*`
  std::vector<std::string> expose;                          ///< that pages may read, or `*`
  bool credentials = false;                                 ///< requests may have cookies, too
  Milliseconds max_age{600'000};                            ///< of a preflight's answer
  bool operator==(const CorsRule&) const = default;
};

/// Whether a request only asks whether another one may be sent (Fetch standard, section 3.2.2).
bool is_preflight(const http::RequestHead& request);

/// The one Origin of a request; nothing if there is none, or several.
std::optional<std::string_view> origin_of(const http::FieldList& request_fields);

/// A response field that only a rule may write: Access-Control-*.
bool is_cors_field(const http::FieldName& name);

/// Adds what the answer to a request from that origin is to have: Access-Control-Allow-Origin and the like if
/// it is allowed.
void add_cors_fields(const CorsRule& rule, std::optional<std::string_view> origin, http::FieldList& fields);

/// All fields of the answer to a preflight: a stranger's has Vary alone.
void add_preflight_fields(const CorsRule& rule, std::optional<std::string_view> origin,
                          http::FieldList& fields);

}  // namespace larder::policy
