#include "base/url_hosts.hpp"

#include <doctest/doctest.h>

TEST_CASE("a URL with a list of hosts gives a URL for each") {
  using Urls = std::vector<std::string>;
  const std::pair<std::string, Urls> rows[] = {
      {"s://a:1,b:2/x", {"s://a:1/x", "s://b:2/x"}},
      {"s://u:p,q@a,b", {"s://u:p,q@a", "s://u:p,q@b"}},
      {"s://a", {"s://a"}},
      {"s://a,?q,r", {"s://a?q,r", "s://?q,r"}},
      {"s://", {"s://"}},
      {"unix:/a,b", {"unix:/a,b"}},
      {"", {""}},
  };
  for (const auto& [url, urls] : rows) {
    CAPTURE(url);
    CHECK(larder::urls_of_hosts(url) == urls);
  }
}
