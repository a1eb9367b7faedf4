#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace larder::policy {

/// A member of a list like Accept-Language.
struct Weighed {
  std::string_view name;
  int weight = most_weight;

  static constexpr int most_weight = 1000;  // in thousandths
};

/// `en ; q=0.5`. Nothing for what is not a name with at most a weight.
std::optional<Weighed> weighed(std::string_view member);

/// The combined value of a selecting header field in the form in which values are compared: two that mean the
/// same by the field's own definition have the same form, as far as RFC 9111, section 4.1 lets a cache know.
/// `name` is lower case.
std::string normalised(std::string_view name, std::string_view value);

/// What is sent in place of an Accept-Encoding if the answer is shared, and what selects it: those of
/// `zstd, br, gzip` that the client takes, in that order, or `identity`. RFC 9110, section 12.5.3.
std::string accepted_codings(std::string_view accept_encoding);

}  // namespace larder::policy
