#pragma once

#include "origin/connection.hpp"

#include <memory>
#include <string>

namespace larder::test {

/// A stream on which nothing happens; `is_closed`, if given, becomes true when it is closed.
class QuietStream final : public net::Stream {
 public:
  explicit QuietStream(bool* is_closed = nullptr) : is_closed_(is_closed) {}

  Task<Result<std::size_t>> read_some(std::span<char>) override { co_return Error::canceled; }
  Task<Result<>> write(std::span<const std::string_view>) override { co_return Error::canceled; }
  void expires_at(SteadyTime) override {}
  void reading_expires_at(SteadyTime) override {}
  void close() override {
    if (is_closed_ != nullptr) *is_closed_ = true;
  }
  void shutdown_write() override {}
  bool is_idle() override { return true; }
  bool has_peer_left() override { return false; }
  const std::string& peer_address() const override { return address_; }

 private:
  bool* is_closed_;
  std::string address_;
};

inline std::unique_ptr<origin::Connection> quiet_connection(bool* is_closed = nullptr) {
  return std::make_unique<origin::Connection>(std::make_unique<QuietStream>(is_closed), 0);
}

}  // namespace larder::test
