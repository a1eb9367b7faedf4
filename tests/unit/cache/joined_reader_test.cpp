#include "cache/joined_reader.hpp"

#include "workbench.hpp"

#include <doctest/doctest.h>

namespace larder::joined_reader_test {

namespace {

/// All that is read, and the error's message if it ends in one.
Task<std::string> read_all(pipeline::Body& body) {
  std::string text;
  while (true) {
    const Result<std::string_view> piece = co_await body.reader().read();
    if (!piece) co_return text + " then " + piece.error().message();
    if (piece->empty()) co_return text;
    text += *piece;
  }
}

}  // namespace

TEST_CASE("what arrives is joined to what is stored if it has the announced length, not less or more") {
  struct Case {
    std::vector<std::string> pieces;
    std::string outcome;
  };
  for (const Case& each :
       {Case{{"45", "67"}, "0123456789"}, Case{{"4567"}, "0123456789"},
        Case{{"45"}, "012345 then the content has another size than was stated"},
        Case{{"45", "678"}, "012345 then the content has another size than was stated"},
        Case{{"45678"}, "0123 then the content has another size than was stated"},
        Case{{"45", "67", "8"}, "01234567 then the content has another size than was stated"}}) {
    CAPTURE(each.outcome);
    pipeline::Body arriving(std::make_unique<test::Pieces>(each.pieces), 4);
    pipeline::Body joined =
        cache::join({Bytes::copy_of("0123"), Bytes::copy_of("89")}, std::move(arriving), 4, nullptr);
    CHECK(joined.length() == 10);
    CHECK(test::run_task(read_all(joined)) == each.outcome);
  }
}

}  // namespace larder::joined_reader_test
