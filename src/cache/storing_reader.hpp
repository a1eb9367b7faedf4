#pragma once

#include "arriving_content.hpp"
#include "joined_reader.hpp"

#include <larder/pipeline/body.hpp>
#include <larder/store/store.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace larder::cache {

/// Where content goes that is kept, and how much of it may be.
struct Keeping {
  store::Store& store;
  std::uint64_t max_object;            ///< larger content is not stored
  std::shared_ptr<ByteBudget> budget;  ///< where it counts; past its limit nothing is kept
  SteadyTime until;                    ///< what takes longer goes on, and is not stored
};

/// Passes content on while keeping it, and stores the response once it is whole: before its end, and where
/// the length is known before its last piece, is passed on. Content cut short, past `max_object` or
/// past its time is not stored.
class StoringReader final : public pipeline::BodyReader {
 public:
  /// `draft` is complete but for its content, of which this is what lies between the margins.
  StoringReader(std::unique_ptr<BodyReader> inner, std::optional<std::uint64_t> length,
                std::shared_ptr<store::Draft> draft, Keeping keeping, Margins margins,
                std::optional<std::uint64_t> size);

  Task<Result<std::string_view>> read() override;
  bool is_ready() const override { return inner_->is_ready(); }
  void give_up() override { inner_->give_up(); }

 private:
  void keep(std::string_view piece);
  bool is_whole(bool has_ended) const;

  std::unique_ptr<BodyReader> inner_;
  std::optional<std::uint64_t> length_;
  std::shared_ptr<store::Draft> draft_;  // nullptr once stored or given up
  Keeping keeping_;
  Margins margins_;
  std::optional<std::uint64_t> size_;
  std::optional<ArrivingContent> content_;
};

/// Reads content to its end; an error where it is incomplete.
Task<Result<>> drain(pipeline::BodyReader& content);

/// Stores a response with its content: now where that is all there, else when it has been read through
/// `body`. What is stored has the margins around it. Where only the response's fields tell how long the
/// content is they do so by `size`: content of another length is not stored. False: there is no room for it.
Task<bool> store_content(Keeping keeping, std::shared_ptr<store::Draft> draft, pipeline::Body& body,
                         Margins margins = {}, std::optional<std::uint64_t> size = {});

}  // namespace larder::cache
