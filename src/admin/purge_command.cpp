#include "client.hpp"

#include <larder/admin/purge_command.hpp>
#include <larder/admin/purge_request.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace larder::admin {
namespace {

namespace json = boost::json;

constexpr Seconds patience{10};

Result<Answer> ask(const net::Endpoint& endpoint, const std::string& token, std::string content) {
  boost::asio::io_context loop{1};
  const SteadyTime deadline = std::chrono::steady_clock::now() + patience;
  auto answer = boost::asio::co_spawn(loop, post(endpoint, token, "/purge", std::move(content), deadline),
                                      boost::asio::use_future);
  loop.run();
  return answer.get();
}

/// What an answer says, or nothing if larder did not say it.
json::object read_answer(const Answer& answer) {
  boost::system::error_code error;
  json::value value = json::parse(answer.content, error);
  if (error || !value.is_object()) return {};
  return std::move(value.get_object());
}

std::string text_of(const json::object& answer, std::string_view name) {
  const json::value* const value = answer.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string().data(), value->get_string().size());
}

/// Prints what that larder purged: it knows by which names it calls its sites.
int report(const PurgeRequest& request, const Answer& answer, std::ostream& out, std::ostream& errors) {
  const json::object said = read_answer(answer);
  const json::value* const purges = said.if_contains("purges");
  if ((answer.status != 200 && answer.status != 202) || purges == nullptr || !purges->is_array()) {
    errors << "larder purge: refused with " << answer.status << ": " << text_of(said, "detail") << '\n';
    return 1;
  }
  const char* const verb = request.dry_run ? "would purge " : "purged ";
  for (const json::value& purge : purges->get_array()) {
    if (!purge.is_string()) continue;
    const json::string& text = purge.get_string();
    out << verb << (request.soft ? "softly " : "") << std::string_view(text.data(), text.size()) << '\n';
  }
  const std::string position = text_of(said, "position");
  if (!position.empty()) out << "position " << position << '\n';
  if (answer.status == 202)
    out << "position unknown: purged there, and waiting for Redis to tell the others\n";
  return 0;
}

}  // namespace

std::string to_json(const PurgeArguments& order) {
  json::object object;
  for (const auto& [name, text] : order.selected) {
    if (text) object[name] = *text;
  }
  if (order.host) object["host"] = *order.host;
  if (order.all) object["all"] = true;
  if (order.soft) object["soft"] = true;
  if (order.dry_run) object["dry_run"] = true;
  return json::serialize(object);
}

net::Endpoint reachable(net::Endpoint listener) {
  if (!listener.unix_path.empty()) return listener;
  if (listener.host.empty() || listener.host == "0.0.0.0") listener.host = "127.0.0.1";
  if (listener.host == "::") listener.host = "::1";
  return listener;
}

int run_purge(const PurgeArguments& order, const net::Endpoint& listener, const std::string& token,
              std::ostream& out, std::ostream& errors) {
  const std::string content = to_json(order);
  const std::variant<PurgeRequest, Refusal> request = read_purge_request(content);
  if (const Refusal* refusal = std::get_if<Refusal>(&request)) {
    errors << "larder purge: " << refusal->detail << '\n';
    return 2;
  }
  const net::Endpoint endpoint = reachable(listener);
  const Result<Answer> answer = ask(endpoint, token, content);
  if (!answer) {
    errors << "larder purge: no larder answers at " << endpoint.text() << ": " << answer.error().message()
           << '\n';
    return 1;
  }
  return report(std::get<PurgeRequest>(request), *answer, out, errors);
}

}  // namespace larder::admin
