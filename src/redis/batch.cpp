#include "batch.hpp"

namespace larder::redis {

namespace {

constexpr std::size_t kept_text = 256 * 1024;  // bytes of text kept from write to write

}  // namespace

void Batch::append(const Command& command) {
  const std::size_t base = text_.size();
  text_.append(command.text_, command.start_);
  for (const Command::Gathered& part : command.gathered_) {
    gathered_.push_back({base + part.after - command.start_, part.bytes});
  }
  size_ += command.size();
}

void Batch::clear() {
  text_.clear();
  if (text_.capacity() > kept_text) text_.shrink_to_fit();
  gathered_.clear();
  size_ = 0;
}

}  // namespace larder::redis
