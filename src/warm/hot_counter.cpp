#include "frequent.hpp"
#include "hot_list.hpp"
#include "sitemap.hpp"

#include <larder/base/task.hpp>
#include <larder/policy/key.hpp>
#include <larder/warm/hot_counter.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace larder::warm {
namespace {

constexpr Seconds between_saves{30};

/// This many times as many as are wanted are counted and kept: the more, the surer their order.
constexpr std::size_t surplus = 4;
constexpr std::size_t least_counted = 1000;

bool is_counted(const policy::Route& route) {
  return route.warm && route.warm->hottest != 0;
}

/// Whether the cache had the response or keeps it, so that fetching it ahead is useful.
bool is_kept(const pipeline::Response& response) {
  using enum pipeline::CacheResult;
  if (response.head.status >= 400) return false;
  if (response.cache_result != miss)
    return response.cache_result == hit || response.cache_result == stale ||
           response.cache_result == revalidated;
  return response.is_stored;
}

}  // namespace

HotCounter::HotCounter(pipeline::Handler& inner, RoutesPtr routes, store::WarmRecords& records)
    : inner_(inner), records_(records) {
  count_by(std::move(routes));
}

void HotCounter::count_by(RoutesPtr routes) {
  counted_.clear();
  routes_ = std::move(routes);
  for (const policy::Route& route : *routes_) {
    if (!is_counted(route)) continue;
    counted_.emplace(&route, Frequent(std::max(least_counted, surplus * route.warm->hottest)));
  }
}

HotCounter::~HotCounter() = default;

bool HotCounter::answer_now(pipeline::Request& request, pipeline::Response& response) {
  if (!inner_.answer_now(request, response)) return false;
  count(request, response);
  return true;
}

Task<Result<pipeline::Response>> HotCounter::handle(pipeline::Request& request) {
  Result<pipeline::Response> response = co_await inner_.handle(request);
  if (response) count(request, *response);
  co_return response;
}

void HotCounter::count(const pipeline::Request& request, const pipeline::Response& response) {
  if (counted_.empty() || request.head.method != "GET") return;
  const policy::Route* const route =
      request.routing.vary.empty() ? routes_->find(request.head, request.target) : request.routing.route;
  const auto found = counted_.find(route);
  if (found == counted_.end() || !is_kept(response)) return;
  const http::Target& target = request.target;
  url_.assign(target.scheme).append("://").append(target.authority()).append(target.path);
  const std::optional<std::string> query = policy::keep_query(route->query, target.query);
  if (query) url_.append("?").append(*query);
  if (url_.size() <= longest_url) found->second.count(url_);
}

Task<> HotCounter::save_regularly() {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer pause(executor);
  pause_ = &pause;
  while (!stopping_) {
    pause.expires_after(between_saves);
    co_await pause.async_wait(awaiting);
    if (!stopping_) co_await save();
  }
  pause_ = nullptr;
}

void HotCounter::stop() {
  stopping_ = true;
  if (pause_ != nullptr) pause_->cancel();
}

Task<> HotCounter::save() {
  co_await hand_over(take());
}

Task<> HotCounter::adopt(RoutesPtr routes) {
  std::vector<Counted> counted = take();
  count_by(std::move(routes));
  co_await hand_over(std::move(counted));
}

std::vector<HotCounter::Counted> HotCounter::take() {
  std::vector<Counted> all;
  for (auto& [route, frequent] : counted_) {
    Counted& counted = all.emplace_back();
    counted.route = hot_list_of(*route);
    counted.most = surplus * route->warm->hottest;
    for (const auto& [url, times] : frequent.take()) counted.asked.push_back({url, times});
    std::ranges::sort(counted.asked, std::ranges::greater(), &store::AskedFor::times);
    if (counted.asked.size() > counted.most) counted.asked.resize(counted.most);
  }
  return all;
}

Task<> HotCounter::hand_over(std::vector<Counted> counted) {
  for (const Counted& one : counted) co_await records_.add(one.route, one.asked, one.most);
}

}  // namespace larder::warm
