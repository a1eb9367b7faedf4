#include "sample.hpp"

#include <larder/store/packing.hpp>

#include <doctest/doctest.h>

#include <random>

namespace larder::packing_test {

using larder::Bytes;
using larder::store::is_worth_packing;
using larder::store::packed_piece;
using larder::store::Packing;
using larder::store::Unpacking;
using larder::store::Zstd;
using larder::test::Sample;

namespace {

std::optional<Bytes> pack(Zstd& zstd, const std::string& content) {
  Packing packing(zstd, Bytes::copy_of(content));
  while (packing.step()) {
  }
  return packing.take();
}

std::optional<Bytes> unpack(Zstd& zstd, const std::string& packed, std::size_t size) {
  Unpacking unpacking(zstd, Bytes::copy_of(packed), size);
  while (unpacking.step()) {
  }
  return unpacking.take();
}

std::string text_of(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += "{\"id\": " + std::to_string(i) + "},";
  text.resize(size);
  return text;
}

}  // namespace

TEST_CASE("content is restored unchanged, from one piece or several") {
  Zstd zstd;
  for (const std::size_t size : {std::size_t{1}, std::size_t{5'000}, packed_piece - 1, packed_piece,
                                 packed_piece + 1, 3 * packed_piece}) {
    CAPTURE(size);
    const std::string content = size == 1 ? "x" : text_of(size);
    const std::optional<Bytes> packed = pack(zstd, content);
    if (size == 1) {
      CHECK_FALSE(packed);
      continue;
    }
    REQUIRE(packed);
    CHECK(packed->size() < size / 2);
    const std::optional<Bytes> again = unpack(zstd, std::string(packed->view()), size);
    REQUIRE(again);
    CHECK(again->view() == content);
  }
}

TEST_CASE("content that does not shrink by an eighth stays as it is") {
  Zstd zstd;
  std::mt19937 random(1);
  std::string noise(50'000, ' ');
  for (char& byte : noise) byte = static_cast<char>(random());
  CHECK_FALSE(pack(zstd, noise));
}

TEST_CASE("packed bytes that are not exactly what packing makes of that many bytes are rejected") {
  Zstd zstd;
  const std::string content = text_of(packed_piece + 1'000);
  const std::string packed(pack(zstd, content)->view());
  for (const std::size_t size : {content.size() - 1, content.size() + 1, std::size_t{0}, std::size_t{1},
                                 packed_piece, 10 * content.size()}) {
    CAPTURE(size);
    CHECK_FALSE(unpack(zstd, packed, size));
  }
  CHECK_FALSE(unpack(zstd, packed + "x", content.size()));
  CHECK_FALSE(unpack(zstd, "", content.size()));
  for (std::size_t size = 0; size < packed.size(); size += 1 + packed.size() / 200) {
    CHECK_FALSE(unpack(zstd, packed.substr(0, size), content.size()));
  }
  std::mt19937 random(2);
  for (int round = 0; round < 500; ++round) {
    std::string garbled = packed;
    garbled[random() % garbled.size()] = static_cast<char>(random());
    const std::optional<Bytes> after = unpack(zstd, garbled, content.size());
    if (after) CHECK(after->size() == content.size());
  }
  // The record's checksum keeps such bytes away; later ones are still unpacked.
  CHECK(unpack(zstd, packed, content.size())->view() == content);
}

TEST_CASE("only content of some size, of a text type and without a content coding is worth packing") {
  struct Row {
    std::size_t size;
    const char* type;
    const char* coding;
    bool is_worth;
  };
  for (const Row& row :
       {Row{2'048, "application/json", "", true}, Row{2'047, "application/json", "", false},
        Row{9'000, "Text/HTML; charset=utf-8", "", true}, Row{9'000, "application/problem+json", "", true},
        Row{9'000, "image/svg+xml", "", true}, Row{9'000, "image/png", "", false},
        Row{9'000, "application/octet-stream", "", false}, Row{9'000, "", "", false},
        Row{9'000, "text/plain", "gzip", false}, Row{9'000, "text/plain", "br", false}}) {
    CAPTURE(row.type);
    CAPTURE(row.size);
    Sample sample;
    sample.body = std::string(row.size, 'x');
    larder::store::Draft draft = sample.draft();
    draft.fields.clear();
    if (*row.type != 0) draft.fields.add("Content-Type", row.type);
    if (*row.coding != 0) draft.fields.add("Content-Encoding", row.coding);
    CHECK(is_worth_packing(*larder::store::StoredResponse::from(draft)) == row.is_worth);
  }
}

}  // namespace larder::packing_test
