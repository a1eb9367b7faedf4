#include <larder/base/text.hpp>
#include <larder/store/packing.hpp>

#include <zstd.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

namespace larder::store {
namespace {

/// The fastest of its ordinary levels: 300 to 500 MB/s on one core, and JSON to a tenth or less.
constexpr int level = 1;

/// What packing has to save: an eighth.
constexpr std::size_t saving = 8;

constexpr auto text_types = std::to_array<std::string_view>(
    {"application/json", "application/xml", "application/javascript", "application/ecmascript",
     "application/x-javascript", "application/yaml", "application/graphql", "application/x-ndjson",
     "application/x-www-form-urlencoded", "application/sql"});
constexpr auto text_suffixes = std::to_array<std::string_view>({"+json", "+xml", "+yaml", "+text"});

bool is_text(std::string_view media_type) {
  std::string type;
  for (const char c : trim(media_type.substr(0, media_type.find(';')))) type.push_back(to_lower(c));
  if (type.starts_with("text/")) return true;
  const auto ends = [&](std::string_view suffix) { return type.ends_with(suffix); };
  return std::ranges::find(text_types, type) != text_types.end() || std::ranges::any_of(text_suffixes, ends);
}

}  // namespace

bool is_worth_packing(const StoredResponse& response) {
  if (response.content().size() < least_packed) return false;
  const http::FieldList fields = response.fields();
  if (fields.contains("Content-Encoding")) return false;
  const auto type = fields.find("Content-Type");
  return type && is_text(*type);
}

Zstd::Zstd() : packer_(ZSTD_createCCtx()), unpacker_(ZSTD_createDCtx()) {
  if (packer_ == nullptr || unpacker_ == nullptr) throw std::runtime_error("zstd cannot be set up");
  ZSTD_CCtx_setParameter(packer_.get(), ZSTD_c_compressionLevel, level);
}

Zstd::~Zstd() = default;

void Zstd::Free::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

void Zstd::Free::operator()(ZSTD_DCtx_s* context) const {
  ZSTD_freeDCtx(context);
}

bool Packing::step() {
  const std::string_view piece = content_.view().substr(done_, packed_piece);
  done_ += piece.size();
  const std::size_t from = packed_.size();
  packed_.resize(from + ZSTD_compressBound(piece.size()));
  const std::size_t size = ZSTD_compress2(zstd_.packer_.get(), packed_.data() + from, packed_.size() - from,
                                          piece.data(), piece.size());
  failed_ |= ZSTD_isError(size) != 0;
  packed_.resize(failed_ ? 0 : from + size);
  return !failed_ && done_ < content_.size();
}

std::optional<Bytes> Packing::take() {
  if (failed_ || packed_.size() > content_.size() - content_.size() / saving) return std::nullopt;
  packed_.shrink_to_fit();
  return Bytes(std::move(packed_));
}

Unpacking::Unpacking(Zstd& zstd, Bytes packed, std::size_t size)
    : zstd_(zstd), packed_(std::move(packed)), size_(size) {
  content_.resize(size);
}

bool Unpacking::step() {
  failed_ |= !unpack_piece();
  return !failed_ && done_ < size_;
}

bool Unpacking::unpack_piece() {
  const std::string_view rest = packed_.view().substr(read_);
  const std::size_t frame = ZSTD_findFrameCompressedSize(rest.data(), rest.size());
  if (ZSTD_isError(frame) != 0) return false;
  const std::size_t expected = std::min(size_ - done_, packed_piece);
  const std::size_t size =
      ZSTD_decompressDCtx(zstd_.unpacker_.get(), content_.data() + done_, expected, rest.data(), frame);
  read_ += frame;
  done_ += expected;
  return ZSTD_isError(size) == 0 && size == expected;
}

std::optional<Bytes> Unpacking::take() {
  if (failed_ || done_ != size_ || read_ != packed_.size()) return std::nullopt;
  return Bytes(std::move(content_));
}

}  // namespace larder::store
