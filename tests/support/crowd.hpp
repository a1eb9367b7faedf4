#pragma once

#include "support/larder.hpp"

#include <chrono>
#include <string_view>
#include <vector>

namespace larder::test {

/// Many clients that ask for the same at once, each over a connection of its own.
class Crowd {
 public:
  /// Connects; nothing is asked yet. Raises the limit of descriptors where it must.
  Crowd(const Larder& larder, int count);

  /// Sends every request; then all of them are on their way.
  void ask(std::string_view target, const Fields& fields = {});

  /// Their answers, in order.
  std::vector<Response> receive();

  Client& operator[](std::size_t i) { return clients_[i]; }
  std::size_t size() const { return clients_.size(); }

  /// Drops a client's connection, its answer with it.
  void leave(std::size_t i);

 private:
  std::vector<Client> clients_;
};

/// Whether every response is whole and has that content.
bool all_got(const std::vector<Response>& responses, std::string_view body);

}  // namespace larder::test
