#pragma once

#include <cstdint>
#include <string>

namespace larder::test {

/// A TCP port of 127.0.0.1 that no other test gets while this object lives, and that the kernel does not
/// assign by itself. larder's listeners share their ports with any other listener (SO_REUSEPORT): two of them
/// on a port that was merely free a moment ago would silently take each other's connections.
class ReservedPort {
 public:
  /// Throws std::runtime_error if there is none.
  ReservedPort();
  ~ReservedPort();
  ReservedPort(const ReservedPort&) = delete;
  ReservedPort& operator=(const ReservedPort&) = delete;

  std::uint16_t number() const { return number_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(number_); }

 private:
  bool reserve(std::uint16_t number);

  int name_ =
      -1;  ///< a socket whose name in the abstract namespace is the reservation: it ends with the process
  std::uint16_t number_ = 0;
};

}  // namespace larder::test
