#include "fetcher.hpp"

#include "gunzip.hpp"
#include "yield.hpp"

#include <larder/policy/stale.hpp>
#include <larder/policy/warming_fields.hpp>

namespace larder::warm {
namespace {

/// What our own member of Cache-Status, the last one, says.
std::string_view our_status(const pipeline::Response& response) {
  std::string_view last;
  for (const http::Field field : response.head.fields) {
    if (field.name == "Cache-Status") last = field.value;
  }
  return last.substr(std::min(last.rfind("larder;"), last.size()));
}

std::string detail_in(std::string_view status) {
  constexpr std::string_view name = "; detail=";
  const std::size_t begin = status.find(name);
  if (begin == status.npos) return {};
  const std::string_view rest = status.substr(begin + name.size());
  return std::string(rest.substr(0, rest.find(';')));
}

/// Of a response that the upstream is to blame for.
std::string failure_in(const pipeline::Response& response) {
  std::string words =
      response.cache_result == pipeline::CacheResult::stale ? "stale" : std::to_string(response.head.status);
  if (!response.reason.empty()) words.append(" ").append(response.reason);
  return words;
}

bool is_kept_now(const pipeline::Response& response) {
  if (response.cache_result == pipeline::CacheResult::revalidated) return true;
  return response.cache_result == pipeline::CacheResult::miss && response.is_stored;
}

Outcome outcome_of(const pipeline::Response& response) {
  const int status = response.head.status;
  if (policy::is_passing_error(status) || response.cache_result == pipeline::CacheResult::stale)
    return Outcome::failed;
  if (status >= 400) return Outcome::rejected;
  if (response.cache_result == pipeline::CacheResult::hit) return Outcome::fresh;
  return is_kept_now(response) ? Outcome::fetched : Outcome::unstored;
}

/// Reads content to its end.
Task<Result<>> read_all(pipeline::Body& body) {
  if (!body.is_streamed()) co_return Result<>();
  while (true) {
    const Result<std::string_view> piece = co_await body.reader().read();
    if (!piece) co_return piece.error();
    if (piece->empty()) co_return Result<>();
  }
}

enum class Wants { more, nothing };

/// What was fetched on its way to its reader. A file that is compressed may be sent in a coding as well.
class Decompression {
 public:
  Decompression(std::size_t most, Fetcher::Take take) : most_(most), take_(std::move(take)) {}

  Task<Result<Wants>> take(std::string_view piece) {
    outer_.give(piece);
    while (true) {
      const Result<std::string_view> unpacked = outer_.next();
      if (!unpacked) co_return unpacked.error();
      if (unpacked->empty()) co_return Wants::more;
      inner_.give(*unpacked);
      const Result<Wants> wants = co_await hand_over();
      if (!wants || *wants == Wants::nothing) co_return wants;
    }
  }

  Result<Document> end(Document document, Wants wants) const {
    if (wants == Wants::more && !(outer_.may_end() && inner_.may_end())) return Error::malformed;
    return document;
  }

 private:
  Task<Result<Wants>> hand_over() {
    while (true) {
      const Result<std::string_view> plain = inner_.next();
      if (!plain) co_return plain.error();
      if (plain->empty()) co_return Wants::more;
      size_ += plain->size();
      if (size_ > most_) co_return Error::too_large;
      if (!take_(*plain)) co_return Wants::nothing;
      co_await yield();
    }
  }

  const std::size_t most_;
  const Fetcher::Take take_;
  std::size_t size_ = 0;
  Gunzip outer_;
  Gunzip inner_;
};

}  // namespace

bool Fetcher::is_of(const policy::Route& route, const http::Target& target) const {
  return routes_.find(request_for(*route.warm, target).head, target) == &route;
}

Task<Outcome> Fetcher::warm(const policy::WarmRule& rule, http::Target page, std::optional<Seconds> at_least,
                            std::string& why) const {
  pipeline::Request request = request_for(rule, std::move(page));
  // RFC 9111, section 5.2.1.3.
  if (at_least) {
    request.head.fields.add("Cache-Control", "min-fresh=" + std::to_string(at_least->count()));
  }
  Result<pipeline::Response> response = co_await cache_.handle(request);
  if (!response) {
    why = response.error().message();
    co_return Outcome::failed;
  }
  const Outcome outcome = outcome_of(*response);
  if (outcome == Outcome::unstored) why = detail_in(our_status(*response));
  if (outcome == Outcome::failed) why = failure_in(*response);
  const Result<> read = co_await read_all(response->body);
  if (!read) why = read.error().message();
  co_return read ? outcome : Outcome::failed;
}

Task<Result<Document>> Fetcher::read(const policy::WarmRule& rule, http::Target page, std::size_t most,
                                     Take take) const {
  pipeline::Request request = request_for(rule, std::move(page));
  // Whatever clients of the pages read, this is what is read here.
  request.head.fields.set("Accept-Encoding", "gzip");
  Result<pipeline::Response> response = co_await cache_.handle(request);
  if (!response) co_return response.error();
  Document document{.status = response->head.status,
                    .location = response->head.fields.combined("Location").value_or("")};
  if (document.status != 200) co_return document;
  Decompression content(most, std::move(take));
  if (!response->body.is_streamed()) {
    const Result<Wants> wants = co_await content.take(response->body.bytes().view());
    if (!wants) co_return wants.error();
    co_return content.end(std::move(document), *wants);
  }
  Result<Wants> wants = Wants::more;
  while (wants && *wants == Wants::more) {
    const Result<std::string_view> piece = co_await response->body.reader().read();
    if (!piece) co_return piece.error();
    if (piece->empty()) break;
    wants = co_await content.take(*piece);
  }
  if (!wants) co_return wants.error();
  co_return content.end(std::move(document), *wants);
}

pipeline::Request Fetcher::request_for(const policy::WarmRule& rule, http::Target page) const {
  pipeline::Request request;
  request.head.method = "GET";
  request.head.target = page.origin_form();
  request.head.fields.add("Host", page.authority());
  for (const http::Field field : policy::warming_fields(rule)) request.head.fields.add(field);
  request.client_address = "127.0.0.1";
  request.is_warming = true;
  request.is_seen_through = true;  // even if that is a trusted proxy's address
  request.target = std::move(page);
  return request;
}

}  // namespace larder::warm
