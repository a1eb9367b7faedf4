#pragma once

#include <larder/base/bytes.hpp>
#include <larder/store/stored_response.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace larder::store {

/// Contents smaller than that are not packed: some 15 us of work would save less than Redis spends on a name.
inline constexpr std::size_t least_packed = 2'048;

/// Contents are packed and unpacked in pieces of that size: each takes less than a millisecond, so that a
/// loop need not stand still for a large one.
inline constexpr std::size_t packed_piece = 256 * 1'024;

/// Whether a response's content is worth packing: large enough, without a content coding, and of a type that
/// is text by its name (text/*, JSON, XML, JavaScript, SVG, YAML and so on).
bool is_worth_packing(const StoredResponse& response);

/// zstd's working memory, reused for every content. Not for several threads.
class Zstd final {
 public:
  Zstd();
  ~Zstd();
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

 private:
  friend class Packing;
  friend class Unpacking;
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> packer_;
  std::unique_ptr<ZSTD_DCtx_s, Free> unpacker_;
};

/// A content on its way into its packed form: zstd frames side by side, each of one piece.
class Packing final {
 public:
  Packing(Zstd& zstd, Bytes content) : zstd_(zstd), content_(std::move(content)) {}

  /// Packs the next piece; whether there are more.
  bool step();

  /// Once there are no more. Nothing if packing saves less than an eighth.
  std::optional<Bytes> take();

 private:
  Zstd& zstd_;
  Bytes content_;
  std::size_t done_ = 0;
  std::string packed_;
  bool failed_ = false;
};

/// The way back. `size`, which the record states, is allocated: check its bound first.
class Unpacking final {
 public:
  Unpacking(Zstd& zstd, Bytes packed, std::size_t size);

  /// Unpacks the next piece; whether there are more.
  bool step();

  /// Once there are no more. Nothing if the packed bytes are not just what Packing makes of `size` bytes.
  std::optional<Bytes> take();

 private:
  bool unpack_piece();

  Zstd& zstd_;
  Bytes packed_;
  std::size_t size_;
  std::size_t read_ = 0;
  std::size_t done_ = 0;
  std::string content_;
  bool failed_ = false;
};

}  // namespace larder::store
