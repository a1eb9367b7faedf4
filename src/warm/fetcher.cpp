#include "fetcher.hpp"

#include <larder/policy/stale.hpp>

namespace larder::warm {
namespace {

Outcome outcome_of(const pipeline::Response& response) {
  const int status = response.head.status;
  if (policy::is_passing_error(status) || response.cache_result == pipeline::CacheResult::stale)
    return Outcome::failed;
  if (status >= 400) return Outcome::rejected;
  return response.cache_result == pipeline::CacheResult::hit ? Outcome::fresh : Outcome::fetched;
}

/// Reads content to its end, handing each piece to `keep`, which says whether it wants more.
template <class Keep>
Task<Result<>> read_content(pipeline::Body& body, Keep keep) {
  if (!body.is_streamed()) {
    if (!keep(body.bytes().view())) co_return Error::too_large;
    co_return Result<>();
  }
  while (true) {
    const Result<std::string_view> piece = co_await body.reader().read();
    if (!piece) co_return piece.error();
    if (piece->empty()) co_return Result<>();
    if (!keep(*piece)) co_return Error::too_large;
  }
}

}  // namespace

bool Fetcher::is_of(const policy::Route& route, const http::Target& target) const {
  return routes_.find("GET", target.path) == &route;
}

Task<Outcome> Fetcher::warm(const policy::WarmRule& rule, http::Target page,
                            std::optional<Seconds> at_least) const {
  pipeline::Request request = request_for(rule, std::move(page));
  // RFC 9111, section 5.2.1.3.
  if (at_least) {
    request.head.fields.add("Cache-Control", "min-fresh=" + std::to_string(at_least->count()));
  }
  Result<pipeline::Response> response = co_await cache_.handle(request);
  if (!response) co_return Outcome::failed;
  const Outcome outcome = outcome_of(*response);
  const Result<> read = co_await read_content(response->body, [](std::string_view) { return true; });
  co_return read ? outcome : Outcome::failed;
}

Task<Result<std::string>> Fetcher::read(const policy::WarmRule& rule, http::Target page,
                                        std::size_t most) const {
  pipeline::Request request = request_for(rule, std::move(page));
  Result<pipeline::Response> response = co_await cache_.handle(request);
  if (!response) co_return response.error();
  if (response->head.status != 200) co_return Error::refused;
  std::string content;
  const auto keep = [&content, most](std::string_view piece) {
    if (content.size() + piece.size() > most) return false;
    content.append(piece);
    return true;
  };
  const Result<> read = co_await read_content(response->body, keep);
  if (!read) co_return read.error();
  co_return content;
}

pipeline::Request Fetcher::request_for(const policy::WarmRule& rule, http::Target page) const {
  pipeline::Request request;
  request.head.method = "GET";
  request.head.target = page.origin_form();
  request.head.fields.add("Host", page.authority());
  request.head.fields.add("User-Agent", "larder-warm/" LARDER_VERSION);
  for (const auto& [name, value] : rule.headers) request.head.fields.set(name, value);
  request.client_address = "127.0.0.1";
  request.target = std::move(page);
  return request;
}

}  // namespace larder::warm
