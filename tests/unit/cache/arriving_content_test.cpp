#include "cache/arriving_content.hpp"

#include <doctest/doctest.h>

#include <string>

namespace larder::arriving_content_test {

using larder::cache::ArrivingContent;

namespace {

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
  return text;
}

std::string read_from(const ArrivingContent& content, std::uint64_t position) {
  std::string text;
  for (Bytes piece = content.at(position, 1000); !piece.empty(); piece = content.at(position, 1000)) {
    text += piece.view();
    position += piece.size();
  }
  return text;
}

}  // namespace

TEST_CASE("content of any length can be read from any offset, and is whole at the end") {
  for (const std::size_t size : {0ul, 1ul, 999ul, 16'384ul, 16'385ul, 100'000ul, 3'000'000ul}) {
    for (const bool is_known : {true, false}) {
      CAPTURE(size);
      CAPTURE(is_known);
      const std::string all = pattern(size);
      ArrivingContent content(is_known ? std::optional<std::uint64_t>(size) : std::nullopt);
      for (std::size_t i = 0; i < size; i += 7'000) content.append(std::string_view(all).substr(i, 7'000));
      CHECK(content.end() == size);
      CHECK(content.whole().view() == all);
      CHECK(read_from(content, 0) == all);
      CHECK(read_from(content, size / 3) == all.substr(size / 3));
      CHECK(content.at(size, 10).empty());
    }
  }
}

TEST_CASE("pieces handed out stay valid when more arrives and the beginning is dropped") {
  ArrivingContent content(std::nullopt);
  const std::string all = pattern(500'000);
  content.append(std::string_view(all).substr(0, 1000));
  const Bytes first = content.at(0, 1000);
  content.append(std::string_view(all).substr(1000));
  content.keep_last(100'000);
  CHECK(first.view() == std::string_view(all).substr(0, 1000));
  CHECK(content.begin() > 0);
  CHECK(content.end() - content.begin() >= 100'000);
  CHECK(content.at(0, 10).empty());
  CHECK(read_from(content, content.begin()) == all.substr(content.begin()));
}

TEST_CASE("content of a known length counts from the moment it is expected") {
  const auto budget = std::make_shared<ByteBudget>(1'000'000);
  std::optional<ArrivingContent> content(std::in_place, 600'000, budget);
  CHECK(budget->held() == 600'000);
  CHECK_FALSE(budget->has_room(600'000));
  const std::string text = pattern(600'000);
  content->append(text);
  CHECK(budget->held() == 600'000);
  CHECK(content->whole().view() == text);
  content.reset();
  CHECK(budget->held() == 0);
}

TEST_CASE("if too much is held already, only a little is kept for slow readers") {
  const auto budget = std::make_shared<ByteBudget>(1'000'000);
  for (const bool is_full : {false, true}) {
    CAPTURE(is_full);
    const auto others = ByteBudget::allocate(budget, is_full ? 1'000'000 : 0);
    const std::uint64_t before = budget->held();
    ArrivingContent content(std::nullopt, budget);
    for (int piece = 0; piece < 50; ++piece) {
      content.append(pattern(10'000));
      content.keep_last(400'000);
    }
    const std::uint64_t held = budget->held() - before;
    if (is_full) CHECK(held <= 100'000);
    if (!is_full) CHECK(held >= 400'000);
    CHECK(content.end() == 500'000);
    CHECK(content.at(499'999, 10).view() == pattern(10'000).substr(9'999));
  }
}

}  // namespace larder::arriving_content_test
