#include "support/load.hpp"

#include "support/client.hpp"
#include "support/larder.hpp"

#include <algorithm>
#include <stdexcept>

namespace larder::test {

int Load::Counts::of(const std::string& result) const {
  const auto found = results.find(result);
  return found == results.end() ? 0 : found->second;
}

std::string Load::Counts::text() const {
  std::string text = std::to_string(requests) + " requests, " + std::to_string(failed) + " failed";
  for (const auto& [result, count] : results) text += ", " + std::to_string(count) + " " + result;
  return text + ", slowest " + std::to_string(slowest.count()) + " ms";
}

Load::Load(std::uint16_t port, std::vector<std::string> targets, int clients, std::chrono::milliseconds pause)
    : targets_(std::move(targets)) {
  for (int i = 0; i < clients; ++i) {
    clients_.emplace_back([this, i, port, pause] { ask(static_cast<std::size_t>(i), port, pause); });
  }
}

Load::~Load() {
  stop();
}

Load::Counts Load::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

Load::Counts Load::stop() {
  stopping_ = true;
  for (std::thread& client : clients_) {
    if (client.joinable()) client.join();
  }
  return counts();
}

void Load::ask(std::size_t from, std::uint16_t port, std::chrono::milliseconds pause) {
  Client client(port);
  for (std::size_t next = from; !stopping_; ++next) {
    Response response;
    try {
      response = client.get(targets_[next % targets_.size()]);
    } catch (const std::runtime_error&) {
      client.disconnect();
    }
    {
      const std::lock_guard lock(mutex_);
      ++counts_.requests;
      ++counts_.results[cache_result(response)];
      if (response.status == 0 || response.status >= 400 || !response.complete) ++counts_.failed;
      counts_.slowest = std::max(counts_.slowest, response.took);
    }
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace larder::test
