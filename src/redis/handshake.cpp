#include "handshake.hpp"

#include "pipeline.hpp"

#include <array>
#include <span>
#include <vector>

namespace larder::redis {

namespace {

constexpr std::size_t reply_bound = 64 * 1024;  // bytes; the replies are a line each

/// The place of a command in the handshake stands for its caller.
using Steps = Pipeline<std::size_t>;

void push(Steps& steps, const Command& command) {
  steps.push(command, SteadyTime::max(), steps.waiting());
}

void push_steps(Steps& steps, const Settings& settings) {
  if (!settings.username.empty() || !settings.password.empty()) {
    Command auth("AUTH");
    if (!settings.username.empty()) auth.arg(settings.username);
    push(steps, auth.arg(settings.password));
  }
  if (settings.database != 0) {
    Command select("SELECT");
    push(steps, select.arg(std::int64_t{settings.database}));
  }
  push(steps, Command("PING"));
}

Greeting broken(const boost::system::error_code& error) {
  return {"handshake: " + error.message(), false};
}

const Value* first_error(const Steps::Answers& answers) {
  for (const Steps::Answer& answer : answers) {
    if (answer.result->is_error()) return &*answer.result;
  }
  return nullptr;
}

}  // namespace

Task<Greeting> greet(net::Stream& stream, const Settings& settings) {
  Steps steps({settings.max_queued, settings.max_queued_bytes, reply_bound});
  push_steps(steps, settings);
  const std::vector<std::string_view> parts = steps.begin_write().parts();
  const Result<> written = co_await stream.write(parts);
  if (!written) co_return broken(written.error());

  Steps::Answers answers;
  std::array<char, 4096> buffer;
  while (steps.waiting() > 0) {
    const Result<std::size_t> count = co_await stream.read_some(buffer);
    if (!count) co_return broken(count.error());
    const Result<> received = steps.receive({buffer.data(), *count}, answers);
    if (!received) co_return broken(received.error());
    const Value* refusal = first_error(answers);
    if (refusal != nullptr) co_return Greeting{std::string(refusal->text.view()), true};
  }
  co_return Greeting{};
}

}  // namespace larder::redis
