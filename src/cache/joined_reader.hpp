#pragma once

#include <larder/base/byte_budget.hpp>
#include <larder/base/bytes.hpp>
#include <larder/pipeline/body.hpp>

#include <cstdint>
#include <memory>

namespace larder::cache {

/// Stored content that goes before and after other content.
struct Margins {
  Bytes before;
  Bytes after;

  bool empty() const { return before.empty() && after.empty(); }
  std::size_t size() const { return before.size() + after.size(); }
};

/// What `inner` lacks is stored: its content, of exactly `size` bytes, between the margins.
/// Fault::content_size if it has another size.
class JoinedReader final : public pipeline::BodyReader {
 public:
  JoinedReader(Margins margins, std::unique_ptr<BodyReader> inner, std::uint64_t size)
      : margins_(std::move(margins)), inner_(std::move(inner)), left_(size) {}

  Task<Result<std::string_view>> read() override;
  bool is_ready() const override {
    return !margins_.before.empty() || inner_ == nullptr || inner_->is_ready();
  }
  void give_up() override {
    if (inner_ != nullptr) inner_->give_up();
  }
  std::uint64_t held_unstored() const override { return inner_ != nullptr ? inner_->held_unstored() : 0; }

 private:
  Margins margins_;
  std::unique_ptr<BodyReader> inner_;
  std::uint64_t left_;
  Bytes handed_out_;
};

/// The same content as a body: a reader if `body` arrives, else all there.
pipeline::Body join(Margins margins, pipeline::Body body, std::uint64_t size,
                    const std::shared_ptr<ByteBudget>& budget);

/// `content` between the margins; what that takes counts in `budget`.
Bytes join(const Margins& margins, Bytes content, const std::shared_ptr<ByteBudget>& budget);

}  // namespace larder::cache
