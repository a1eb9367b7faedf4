#pragma once

#include <string>
#include <vector>

namespace larder::policy {

/// What is done to the fields of a response when it leaves for a client. What is stored stays as the origin
/// wrote it.
struct ResponseRule {
  std::vector<std::string> remove;  ///< names of fields
  bool always = false;              ///< of errors too, not of 2xx and 3xx alone
  bool operator==(const ResponseRule&) const = default;

  bool applies(int status) const { return !remove.empty() && status >= 200 && (always || status < 400); }
};

}  // namespace larder::policy
