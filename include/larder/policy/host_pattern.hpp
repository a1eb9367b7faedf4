#pragma once

#include <larder/base/result.hpp>
#include <larder/http/target.hpp>
#include <larder/policy/path_pattern.hpp>

#include <boost/container/small_vector.hpp>

#include <string>
#include <string_view>

namespace larder::policy {

/// A route's `host`: labels that are literal or hold `*`, which is in one label (`*.shop.example`), at every
/// port, or `host:port` at that one. In any case of letters.
class HostPattern {
 public:
  /// Error::malformed if it is no host, or has an empty label, `**` or a port that is none.
  static Result<HostPattern> parse(std::string_view text);

  bool matches(const http::Target& target) const;

  const std::string& text() const { return text_; }
  bool is_glob() const { return text_.find('*') != text_.npos; }

  /// The labels and the port as segments of a path, as SitePath has them.
  const PathPattern& as_path() const { return as_path_; }

  bool operator==(const HostPattern& other) const { return text_ == other.text_; }

 private:
  std::string text_;
  PathPattern as_path_;
};

/// The host of a target and its port as a path: `/www/shop/example/:80`. A dot at its end says nothing.
class SitePath {
 public:
  explicit SitePath(const http::Target& target);

  std::string_view text() const { return {text_.data(), text_.size()}; }

 private:
  boost::container::small_vector<char, 256> text_;
};

}  // namespace larder::policy
