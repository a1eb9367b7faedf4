#pragma once

#include "support/larder.hpp"

#include <chrono>
#include <string_view>
#include <vector>

namespace larder::test {

/// Many clients that request the same at once, each over its own connection.
class Crowd {
 public:
  /// Connects without sending a request yet. Raises the descriptor limit if necessary.
  Crowd(const Larder& larder, int count);

  /// Sends every request, without waiting for responses.
  void ask(std::string_view target, const Fields& fields = {});

  /// Their responses, in order.
  std::vector<Response> receive();

  Client& operator[](std::size_t i) { return clients_[i]; }
  std::size_t size() const { return clients_.size(); }

  /// Drops a client's connection, and its response with it.
  void leave(std::size_t i);

 private:
  std::vector<Client> clients_;
};

/// Whether every response is whole and has that content.
bool all_got(const std::vector<Response>& responses, std::string_view body);

}  // namespace larder::test
