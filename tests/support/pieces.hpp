#pragma once

#include <larder/pipeline/body.hpp>

#include <string>
#include <utility>
#include <vector>

namespace larder::test {

/// Content in pieces, each available once the previous one was taken.
class Pieces final : public pipeline::BodyReader {
 public:
  explicit Pieces(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
  Task<Result<std::string_view>> read() override {
    if (next_ == pieces_.size()) co_return std::string_view{};
    co_return std::string_view(pieces_[next_++]);
  }

 private:
  std::vector<std::string> pieces_;
  std::size_t next_ = 0;
};

}  // namespace larder::test
