#pragma once

#include <larder/base/result.hpp>
#include <larder/http/message.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace larder::http {

/// The target URI of a request (RFC 9110, section 7.1), its parts as received except for the case of the
/// host.
struct Target {
  std::string scheme;  ///< "http" or "https": how the client reached us
  std::string host;    ///< lower case, an IPv6 literal in its brackets; empty for HTTP/1.0 without Host
  std::string port;    ///< empty if none was given or it is the scheme's default
  std::string path;    ///< begins with "/"; "*" for OPTIONS *
  std::optional<std::string> query;  ///< without its "?"; an empty one differs from none

  /// host[:port]
  std::string authority() const;
  /// path[?query], as it goes to the upstream.
  std::string origin_form() const;
  bool operator==(const Target&) const = default;
};

/// The target URI of a request that came over `scheme`: an absolute-form target's authority replaces `Host`
/// (RFC 9112, section 3.2.2). A Fault for what src/http1/README.md answers with 400: no, two or a
/// bad Host, userinfo, fragment, raw control bytes or bytes from 0x80 on. An absolute URI of another scheme
/// than http and https, and CONNECT, are Error::unsupported. HTTP/1.0 without Host has an empty host, as
/// nginx takes it.
Result<Target> target_of(const RequestHead& head, std::string_view scheme);

/// The same, read into a target whose memory is reused. After a refusal it holds none.
Result<> read_target(const RequestHead& head, std::string_view scheme, Target& target);

/// Whether a target that was read is an absolute URI of another scheme than `scheme`, by which the client
/// came: a trusted front may still say that it came by that one.
bool names_other_scheme(const RequestHead& head, std::string_view scheme);

/// A URI reference found in a field such as Location, resolved against `base` (RFC 3986, section 5), its
/// fragment dropped. Error::malformed if it is not an http or https URI reference.
Result<Target> resolve(const Target& base, std::string_view reference);

/// Whether two URIs have the same origin: scheme, host and port (RFC 9110, section 4.3.1).
bool same_origin(const Target& a, const Target& b);

/// Whether every byte of `text` is allowed in a request target: visible ASCII, no "#".
bool is_target_text(std::string_view text);

/// A URL as people write it, with what is in it of other scripts and of spaces, but for those at its ends,
/// percent-encoded, as browsers do. The host stays as it is.
std::string with_bytes_encoded(std::string_view text);

/// Host and port of `host[:port]`, normalised as in Target; Error::malformed for userinfo, an empty host, or
/// anything that is not a host of RFC 3986, section 3.2.2, or not a port.
struct Authority {
  std::string host;
  std::string port;
};
Result<Authority> parse_authority(std::string_view text, std::string_view scheme);

/// The same, read into strings whose memory is reused. After a refusal they are unchanged.
Result<> read_authority(std::string_view text, std::string_view scheme, std::string& host, std::string& port);

}  // namespace larder::http
