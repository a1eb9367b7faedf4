#include "redis_room.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <charconv>

namespace larder::store {
namespace {

/// The number of a line `name:number` of INFO.
std::optional<std::uint64_t> number_of(std::string_view info, std::string_view name) {
  for (std::size_t at = info.find(name); at != std::string_view::npos; at = info.find(name, at + 1)) {
    const bool begins_line = at == 0 || info[at - 1] == '\n';
    const std::string_view rest = info.substr(at + name.size());
    if (!begins_line || !rest.starts_with(':')) continue;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), number);
    return error == std::errc{} ? std::optional(number) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<double> used_percentage(std::string_view info) {
  const std::optional<std::uint64_t> used = number_of(info, "used_memory");
  const std::optional<std::uint64_t> most = number_of(info, "maxmemory");
  if (!used || !most || *most == 0) return std::nullopt;
  return 100.0 * static_cast<double>(*used) / static_cast<double>(*most);
}

bool RedisRoom::has_room(std::string_view name) const {
  const auto known = nodes_.find(redis_.link(name).node);
  return known == nodes_.end() || !known->second.is_full;
}

void RedisRoom::look(std::string_view name, const boost::asio::any_io_executor& executor) {
  const std::uint64_t node = redis_.link(name).node;
  if (most_ >= 100 || node == 0) return;
  const SteadyTime now = steady_now();
  const auto known = nodes_.find(node);
  if (known != nodes_.end() && now - known->second.looked < look_again_after) return;
  if (known == nodes_.end() && nodes_.size() >= most_nodes) nodes_.clear();
  nodes_[node].looked = now;
  boost::asio::co_spawn(executor, ask(std::string(name), node), boost::asio::detached);
}

Task<> RedisRoom::ask(std::string name, std::uint64_t node) {
  redis::Command command("INFO");
  command.arg("memory").beside(name);
  const Result<redis::Value> reply = co_await redis_.execute(std::move(command));
  if (!reply || reply->is_error()) co_return;
  const double used = used_percentage(reply->text.view()).value_or(0);
  bool& is_full = nodes_[node].is_full;
  const bool was_full = is_full;
  is_full = used > most_ - (was_full ? percentage_of_rest : 0);
  if (is_full != was_full) tell(is_full);
}

/// Every thread finds it out for itself.
void RedisRoom::tell(bool is_full) const {
  if (news_ == nullptr) return;
  const std::string share = std::to_string(most_) + "% of its maxmemory";
  news_->tell(is_full ? "more than " + share +
                            " is used (store.redis.max_used_memory): nothing new is stored there"
                      : "less than " + share + " is used again: new responses are stored there");
}

}  // namespace larder::store
