#include "warm/gunzip.hpp"

#include "gzip.hpp"

#include <doctest/doctest.h>

namespace larder::gunzip_test {

using namespace larder::warm;

TEST_CASE("gzip's members are decompressed, one after the other, and padding behind them is left") {
  const std::string first = gzip("<urlset>");
  const std::string second = gzip(std::string(200'000, 'x'));
  CHECK(is_gzip(first));
  CHECK_FALSE(is_gzip("<urlset>"));
  CHECK_FALSE(is_gzip("\x1f"));
  CHECK(gunzip(first, 8).value() == "<urlset>");
  CHECK(gunzip(gzip(""), 8).value() == "");
  CHECK(gunzip(first + second, 1 << 20).value() == "<urlset>" + std::string(200'000, 'x'));
  CHECK(gunzip(first + std::string(10, '\0'), 8).value() == "<urlset>");
}

TEST_CASE("what decompresses to more than wanted is given up, before it is all in memory") {
  const std::string bomb = gzip(std::string(64 << 20, '\0'));
  CHECK(bomb.size() < 100'000);
  CHECK(gunzip(bomb, 1 << 20).error() == Error::too_large);
  CHECK(gunzip(gzip("12345"), 4).error() == Error::too_large);
}

TEST_CASE("what gzip did not write, or not to its end, is malformed") {
  const std::string whole = gzip("<urlset></urlset>");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(gunzip(whole.substr(0, size), 100).error() == Error::malformed);
  }
  std::string broken = whole;
  broken[broken.size() - 6] ^= 1;
  CHECK(gunzip(broken, 100).error() == Error::malformed);
  CHECK(gunzip("<urlset/>", 100).error() == Error::malformed);
}

}  // namespace larder::gunzip_test
