#pragma once

#include "shared_fill.hpp"

#include <larder/pipeline/body.hpp>

#include <memory>

namespace larder::cache {

/// One client's reading of a shared fill's content, or of a part of it, as it arrives.
class FillReader final : public pipeline::BodyReader {
 public:
  /// `size` bytes from `from` on; without a `size`, all that comes.
  FillReader(std::shared_ptr<SharedFill> fill, std::uint64_t from, std::optional<std::uint64_t> size);
  ~FillReader() override;
  FillReader(const FillReader&) = delete;
  FillReader& operator=(const FillReader&) = delete;

  Task<Result<std::string_view>> read() override;
  bool is_ready() const override { return left_ == 0 || fill_->has(position_); }
  void give_up() override;
  std::uint64_t held_unstored() const override { return fill_->held_unstored(); }

 private:
  std::shared_ptr<SharedFill> fill_;
  std::uint64_t position_;
  std::optional<std::uint64_t> left_;
  Bytes piece_;
  std::shared_ptr<Sleeper> sleeper_;
  bool is_given_up_ = false;
};

}  // namespace larder::cache
