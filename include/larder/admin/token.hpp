#pragma once

#include <larder/http/field_list.hpp>

#include <string>
#include <string_view>

namespace larder::admin {

/// The bearer token (RFC 6750) that lets a client in.
class Token {
 public:
  /// An empty text: every client is let in.
  explicit Token(std::string_view text);

  bool is_set() const { return !digest_.empty(); }

  /// Whether the fields of a request bear it. Takes the same time wherever a wrong token differs.
  bool admits(const http::FieldList& fields) const;

 private:
  std::string digest_;  ///< SHA-256: of one length whatever the token's
};

}  // namespace larder::admin
