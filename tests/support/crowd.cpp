#include "support/crowd.hpp"

#include <algorithm>
#include <sys/resource.h>

namespace larder::test {

namespace {

/// Client, larder and origin each need a descriptor for every connection.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Crowd::Crowd(const Larder& larder, int count) {
  raise_descriptor_limit();
  for (int i = 0; i < count; ++i) clients_.push_back(larder.client());
  for (Client& client : clients_) client.wire();
}

void Crowd::ask(std::string_view target, const Fields& fields) {
  for (Client& client : clients_) client.send(client.head_text("GET", target, fields));
}

std::vector<Response> Crowd::receive() {
  std::vector<Response> responses;
  for (Client& client : clients_) responses.push_back(client.receive());
  return responses;
}

void Crowd::leave(std::size_t i) {
  clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(i));
}

bool all_got(const std::vector<Response>& responses, std::string_view body) {
  return std::ranges::all_of(responses, [body](const Response& response) {
    return response.status == 200 && response.complete && response.body == body;
  });
}

}  // namespace larder::test
