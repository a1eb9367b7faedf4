#pragma once

#include <string>
#include <string_view>

namespace larder::policy {

/// The combined value of a selecting header field in the form in which values are compared: two that mean the
/// same by the field's own definition have the same form, as far as RFC 9111, section 4.1 lets a cache know.
/// `name` is lower case.
std::string normalised(std::string_view name, std::string_view value);

/// What is sent in place of an Accept-Encoding if the answer is shared, and what selects it: those of
/// `zstd, br, gzip` that the client takes, in that order, or `identity`. RFC 9110, section 12.5.3.
std::string accepted_codings(std::string_view accept_encoding);

}  // namespace larder::policy
