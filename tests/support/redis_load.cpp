#include "support/redis_load.hpp"

#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace larder::test {

RedisLoad::RedisLoad(const Larder& larder)
    : thread_([this, &larder](const std::stop_token& stop) { run(larder, stop); }) {}

void RedisLoad::go_on(int count) {
  const int until = answered_ + count;
  CHECK(eventually([&] { return answered_ >= until || broken_; }, patience));
}

void RedisLoad::finish() {
  thread_.request_stop();
  thread_.join();
  CHECK_FALSE(broken_);
  CHECK(failed_ == 0);
  CHECK(slowest_.count() < allowed_delay().count());
}

void RedisLoad::run(const Larder& larder, const std::stop_token& stop) {
  try {
    Client client = larder.client();
    for (int i = 0; !stop.stop_requested(); ++i) {
      note(client.get("/hot"));
      note(client.get("/cold/" + std::to_string(i)));
      if (i % 4 == 0) note(client.put("/written/" + std::to_string(i)));
    }
  } catch (const std::exception&) {
    broken_ = true;
  }
}

void RedisLoad::note(const Response& response) {
  if (response.status != 200) ++failed_;
  slowest_ = std::max(slowest_, response.took);
  ++answered_;
}

std::chrono::milliseconds allowed_delay() {
  return std::chrono::milliseconds(is_sanitized() ? 5000 : 1000);
}

bool share(const Larder& first, const Larder& second, const std::string& name) {
  return eventually(
      [&, attempt = 0]() mutable {
        const std::string target = "/shared/" + name + std::to_string(++attempt);
        first.client().get(target);
        return cache_result(second.client().get(target)) == "HIT";
      },
      patience);
}

bool purge_across(const Larder& first, const Larder& second, const std::string& target) {
  Client reader = second.client();
  reader.get(target);
  const std::string before = reader.get(target).body;
  first.client().put(target);
  return eventually([&] { return reader.get(target).body != before; }, patience);
}

}  // namespace larder::test
