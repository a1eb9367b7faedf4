#include <larder/policy/key.hpp>
#include <larder/store/warm_records.hpp>

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace larder::store {
namespace {

constexpr Milliseconds turn_lifetime{3'600'000};
constexpr Milliseconds list_lifetime{24 * 3'600'000};

/// Of what the sorted set holds the highest ARGV[2] stay.
constexpr std::string_view add_all =
    "for i = 3, #ARGV, 2 do redis.call('ZINCRBY', KEYS[1], ARGV[i + 1], ARGV[i]) end "
    "redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[2]) "
    "return redis.call('PEXPIRE', KEYS[1], ARGV[1])";

/// A score as Redis writes it; counts are whole numbers.
std::uint64_t count_of(std::string_view text) {
  std::uint64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

std::vector<std::string> highest(const std::vector<AskedFor>& first, const std::vector<AskedFor>& second,
                                 std::size_t count) {
  std::unordered_map<std::string, std::uint64_t> sums;
  for (const std::vector<AskedFor>* list : {&first, &second}) {
    for (const AskedFor& one : *list) sums[one.url] += one.times;
  }
  std::vector<std::pair<std::string, std::uint64_t>> all(sums.begin(), sums.end());
  std::ranges::sort(all, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (all.size() > count) all.resize(count);
  std::vector<std::string> urls;
  for (auto& [url, times] : all) urls.push_back(std::move(url));
  return urls;
}

}  // namespace

Task<bool> WarmRecords::take_turn(std::string_view name) {
  redis::Command command("SET");
  command.key(key_prefix_ + ":turn" + policy::redis_name("", name));
  command.arg("taken").arg("NX").arg("PX").arg(std::int64_t{turn_lifetime.count()});
  const Result<redis::Value> reply = co_await redis_.execute(std::move(command));
  co_return !reply || !reply->is_nil();
}

Task<bool> WarmRecords::add(std::string_view list, const std::vector<AskedFor>& asked, std::size_t most) {
  if (asked.empty()) co_return true;
  redis::Command command("EVAL");
  command.arg(add_all).arg(std::int64_t{1}).key(list_name(today(), list));
  command.arg(std::int64_t{list_lifetime.count()}).arg(static_cast<std::int64_t>(most));
  for (const AskedFor& one : asked) command.arg(one.url).arg(static_cast<std::int64_t>(one.times));
  const Result<redis::Value> reply = co_await redis_.execute(std::move(command));
  co_return reply && !reply->is_error();
}

Task<std::vector<std::string>> WarmRecords::hottest(std::string_view list, std::size_t count) {
  const std::int64_t day = today();
  std::string name = list_name(day, list);
  const std::vector<AskedFor> of_today = co_await read(std::move(name), count);
  name = list_name(day - 1, list);
  const std::vector<AskedFor> of_yesterday = co_await read(std::move(name), count);
  co_return highest(of_today, of_yesterday, count);
}

std::int64_t WarmRecords::today() const {
  return std::chrono::floor<std::chrono::days>(clock_.now()).time_since_epoch().count();
}

std::string WarmRecords::list_name(std::int64_t day, std::string_view list) const {
  const std::string name = std::to_string(day).append(":").append(list);
  return key_prefix_ + ":hot" + policy::redis_name("", name);
}

Task<std::vector<AskedFor>> WarmRecords::read(std::string name, std::size_t count) {
  std::vector<AskedFor> asked;
  redis::Command command("ZREVRANGE");
  command.key(name).arg(std::int64_t{0}).arg(static_cast<std::int64_t>(count) - 1).arg("WITHSCORES");
  const Result<redis::Value> reply = co_await redis_.execute(std::move(command));
  if (!reply || reply->kind != redis::Value::Kind::array) co_return asked;
  for (std::size_t i = 0; i + 1 < reply->items.size(); i += 2) {
    asked.push_back({std::string(reply->items[i].text.view()), count_of(reply->items[i + 1].text.view())});
  }
  co_return asked;
}

}  // namespace larder::store
