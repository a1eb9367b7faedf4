#include "store/variant_index.hpp"

#include <doctest/doctest.h>

namespace larder::variant_index_test {

using store::VariantIndex;

namespace {

using Keys = std::vector<std::string>;

}  // namespace

TEST_CASE("the latest variants of a primary key are known, each once, newest first") {
  VariantIndex index;
  CHECK(index.find("a").empty());
  index.add("a", "1");
  index.add("a", "2");
  index.add("b", "3");
  CHECK(index.find("a") == Keys{"2", "1"});
  index.add("a", "1");
  CHECK(index.find("a") == Keys{"1", "2"});
  for (std::size_t i = 0; i < VariantIndex::most_variants; ++i) index.add("a", "x" + std::to_string(i));
  CHECK(index.find("a").size() == VariantIndex::most_variants);
  CHECK(index.find("a").front() == "x" + std::to_string(VariantIndex::most_variants - 1));
  CHECK(index.find("b") == Keys{"3"});
}

TEST_CASE("beyond most_keys the primary key without a new variant for longest is forgotten") {
  VariantIndex index;
  for (std::size_t i = 0; i < VariantIndex::most_keys; ++i) index.add(std::to_string(i), "v");
  index.add("0", "w");
  index.add("new", "v");
  CHECK(index.find("0") == Keys{"w", "v"});
  CHECK(index.find("1").empty());
  CHECK(index.find("2") == Keys{"v"});
  CHECK(index.find("new") == Keys{"v"});
}

TEST_CASE("variants whose keys clients made long take no memory") {
  VariantIndex index;
  const std::string longest(VariantIndex::longest_key, 'k');
  index.add("a", longest);
  index.add("a", longest + "k");
  index.add(longest + "k", "v");
  CHECK(index.find("a") == Keys{longest});
  CHECK(index.find(longest + "k").empty());
}

}  // namespace larder::variant_index_test
