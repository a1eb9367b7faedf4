#include "handshake.hpp"

#include "pipeline.hpp"

#include <larder/base/hash.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <span>

namespace larder::redis {

namespace {

constexpr PipelineLimits limits{.commands = 16, .bytes = 64 * 1024, .max_reply_bytes = 1024 * 1024};

constexpr std::size_t longest_password = 4096;
constexpr std::size_t most_of_beginning = 16;

/// Without the line end that editors leave. Error::malformed if there is none, or too long a one.
Result<std::string> read_password(const Settings& settings) {
  if (settings.password_file.empty()) return settings.password;
  std::ifstream file(settings.password_file, std::ios::binary);
  std::string password(longest_password + 1, '\0');
  file.read(password.data(), static_cast<std::streamsize>(password.size()));
  password.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  if (password.size() > longest_password) return Error::malformed;
  password.erase(password.find_last_not_of("\r\n") + 1);
  if (password.empty()) return Error::malformed;
  return password;
}

Command auth(const Settings& settings, const std::string& password) {
  Command command("AUTH");
  if (!settings.username.empty()) command.arg(settings.username);
  command.arg(password);
  return command;
}

/// INFO comes last except for ROLE: a user may not be allowed to run it.
std::vector<Command> opening(const Settings& settings, const std::string& password) {
  std::vector<Command> commands;
  if (!settings.username.empty() || !password.empty()) commands.push_back(auth(settings, password));
  if (settings.database != 0) {
    Command select("SELECT");
    commands.push_back(select.arg(std::int64_t{settings.database}));
  }
  Command info("INFO");
  commands.push_back(info.arg("server"));
  if (settings.topology == Settings::Topology::sentinel) commands.emplace_back("ROLE");
  return commands;
}

/// What is no Redis says so by what it sends first.
Greeting broken(const boost::system::error_code& error, std::string_view beginning) {
  if (error == Error::malformed && beginning.starts_with("HTTP/")) {
    return {"it answers as HTTP does, and is no Redis: look at host and port in store.redis.url", false};
  }
  if (error == Error::malformed && beginning.starts_with("\x15\x03")) {
    return {"it speaks TLS: store.redis.url must begin with rediss", false};
  }
  if (error == Error::malformed) return {"it does not answer as Redis does", false};
  return {"handshake: " + error.message(), false};
}

/// INFO's `run_id:...` line: it changes with each start of a server.
std::uint64_t read_node(const Value& info) {
  constexpr std::string_view field = "run_id:";
  const std::string_view text = info.text.view();
  const std::size_t at = text.find(field);
  if (info.is_error() || at == std::string_view::npos) return 0;
  const std::string_view line = text.substr(at + field.size());
  return node_of(line.substr(0, line.find('\r')));
}

Greeting read_opening(const std::vector<Value>& replies, bool must_be_master) {
  const std::size_t info = replies.size() - (must_be_master ? 2 : 1);
  for (std::size_t i = 0; i < info; ++i) {
    if (replies[i].is_error()) return {std::string(replies[i].text.view()), true};
  }
  Greeting greeting;
  greeting.node = read_node(replies[info]);
  const std::string_view words = replies[info].is_error() ? replies[info].text.view() : std::string_view();
  if (words.starts_with("NOPERM")) greeting.info_refusal = words;
  if (!must_be_master) return greeting;
  const Value& role = replies.back();
  if (role.is_error()) return {std::string(role.text.view()), true};
  if (role.items.empty() || role.items[0].text.view() != "master") greeting.reason = "it is not a master";
  return greeting;
}

}  // namespace

std::uint64_t node_of(std::string_view name) {
  return std::max<std::uint64_t>(checksum_of(name), 1);
}

Task<Greeting> greet(net::Stream& stream, const Settings& settings) {
  const Result<std::string> password = read_password(settings);
  if (!password) {
    co_return Greeting{"there is no password to read in store.redis.password_file, " + settings.password_file,
                       true};
  }
  const std::vector<Command> commands = opening(settings, *password);
  std::string beginning;
  const Result<std::vector<Value>> replies = co_await converse(stream, commands, &beginning);
  if (!replies) co_return broken(replies.error(), beginning);
  Greeting greeting = read_opening(*replies, settings.topology == Settings::Topology::sentinel);
  if (!greeting.reason.empty()) co_return greeting;

  stream.expires_at(std::chrono::steady_clock::now() + settings.timeout);
  const std::vector<Command> ping{Command("PING")};
  const Result<std::vector<Value>> pong = co_await converse(stream, ping);
  if (!pong) co_return broken(pong.error(), {});
  if (pong->front().is_error()) co_return Greeting{std::string(pong->front().text.view()), true};
  co_return greeting;
}

Task<Result<std::vector<Value>>> converse(net::Stream& stream, const std::vector<Command>& commands,
                                          std::string* beginning) {
  // A command's place identifies its caller.
  Pipeline<std::size_t> pipeline(limits);
  for (const Command& command : commands) pipeline.push(command, SteadyTime::max(), pipeline.waiting());
  const std::vector<std::string_view> parts = pipeline.begin_write().parts();
  const Result<> written = co_await stream.write(parts);
  if (!written) co_return written.error();

  std::vector<Value> replies;
  std::array<char, 4096> buffer;
  while (pipeline.waiting() > 0) {
    const Result<std::size_t> count = co_await stream.read_some(buffer);
    if (!count) co_return count.error();
    if (beginning != nullptr && beginning->empty())
      beginning->assign(buffer.data(), std::min(*count, most_of_beginning));
    Pipeline<std::size_t>::Answers answers;
    const Result<> received = pipeline.receive({buffer.data(), *count}, answers);
    if (!received) co_return received.error();
    for (auto& answer : answers) replies.push_back(std::move(*answer.result));
  }
  co_return replies;
}

}  // namespace larder::redis
