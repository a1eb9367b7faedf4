#include "warm/gunzip.hpp"

#include "gzip.hpp"

#include <doctest/doctest.h>

namespace larder::gunzip_test {

using namespace larder::warm;

namespace {

/// The whole content of what comes in pieces of that size.
Result<std::string> gunzipped(std::string_view all, std::size_t piece_size = 1'000'000) {
  Gunzip gunzip;
  std::string content;
  while (!all.empty()) {
    // Nothing but the piece can be read.
    const std::string piece(all.substr(0, piece_size));
    all.remove_prefix(piece.size());
    gunzip.give(piece);
    for (Result<std::string_view> some = gunzip.next();; some = gunzip.next()) {
      if (!some) return some.error();
      if (some->empty()) break;
      CHECK(some->size() <= 64 * 1024);
      content += *some;
    }
  }
  if (!gunzip.may_end()) return Error::malformed;
  return content;
}

}  // namespace

TEST_CASE("gzip's members are decompressed, one after the other, and padding behind them is left") {
  const std::string first = gzip("<urlset>");
  const std::string second = gzip(std::string(200'000, 'x'));
  for (const std::size_t size : {1, 2, 7, 1'000'000}) {
    CAPTURE(size);
    CHECK(gunzipped(first, size).value() == "<urlset>");
    CHECK(gunzipped(gzip(""), size).value() == "");
    CHECK(gunzipped(first + second, size).value() == "<urlset>" + std::string(200'000, 'x'));
    CHECK(gunzipped(first + std::string(10, '\0'), size).value() == "<urlset>");
  }
}

TEST_CASE("what is not compressed comes as it is") {
  for (const std::size_t size : {1, 2, 7, 1'000'000}) {
    CHECK(gunzipped("<urlset/>", size).value() == "<urlset/>");
    CHECK(gunzipped(std::string(200'000, 'x'), size).value() == std::string(200'000, 'x'));
  }
  CHECK(gunzipped("").value() == "");
}

TEST_CASE("what decompresses to much comes in pieces") {
  const std::string bomb = gzip(std::string(64 << 20, '\0'));
  CHECK(bomb.size() < 100'000);
  Gunzip gunzip;
  gunzip.give(bomb);
  for (int i = 0; i < 10; ++i) CHECK(gunzip.next().value().size() == 64 * 1024);
}

TEST_CASE("what gzip did not write, or not to its end, is malformed") {
  const std::string whole = gzip("<urlset></urlset>");
  for (std::size_t size = 2; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(gunzipped(whole.substr(0, size)).error() == Error::malformed);
    CHECK(gunzipped(whole.substr(0, size), 1).error() == Error::malformed);
  }
  std::string broken = whole;
  broken[broken.size() - 6] ^= 1;
  CHECK(gunzipped(broken).error() == Error::malformed);
}

}  // namespace larder::gunzip_test
