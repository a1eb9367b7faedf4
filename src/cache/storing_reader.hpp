#pragma once

#include "arriving_content.hpp"
#include "joined_reader.hpp"
#include "kept_content.hpp"

#include <larder/pipeline/body.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace larder::cache {

/// Passes content on while keeping it, and stores the response once it is whole: before its end, and if the
/// length is known before its last piece, is passed on. Content cut short or past a limit is not stored.
class StoringReader final : public pipeline::BodyReader {
 public:
  /// `inner` reads what lies between the margins.
  StoringReader(std::unique_ptr<BodyReader> inner, std::optional<std::uint64_t> length, KeptContent kept,
                Margins margins, std::shared_ptr<ByteBudget> budget)
      : inner_(std::move(inner)),
        kept_(std::move(kept)),
        margins_(std::move(margins)),
        budget_(std::move(budget)),
        content_(std::in_place, length, budget_) {}

  Task<Result<std::string_view>> read() override;
  bool is_ready() const override { return inner_->is_ready(); }
  void give_up() override { inner_->give_up(); }
  std::uint64_t held_unstored() const override { return content_ ? content_->end() - content_->begin() : 0; }

 private:
  void keep(std::string_view piece);

  std::unique_ptr<BodyReader> inner_;
  KeptContent kept_;
  Margins margins_;
  std::shared_ptr<ByteBudget> budget_;
  std::optional<ArrivingContent> content_;  // as long as it is kept
};

/// Reads content to its end, or until more than so many bytes have come; an error if it is incomplete.
Task<Result<>> drain(pipeline::BodyReader& content, std::uint64_t at_most);

/// Stores a response with its content: now if that is all there, else when it has been read through `body`.
/// What is stored has the margins around it. If only the response's fields tell how long the content is they
/// do so by `size`: content of another length is not stored. False: there is no room for it.
Task<bool> store_content(Keeping keeping, std::shared_ptr<store::Draft> draft, pipeline::Body& body,
                         Margins margins = {}, std::optional<std::uint64_t> size = {});

}  // namespace larder::cache
