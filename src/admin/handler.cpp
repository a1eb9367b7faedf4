#include "access.hpp"
#include "line_budget.hpp"

#include <larder/admin/handler.hpp>
#include <larder/pipeline/problem.hpp>

#include <boost/json/serialize.hpp>

namespace larder::admin {
namespace {

namespace json = boost::json;
using pipeline::problem;
using pipeline::Request;
using pipeline::Response;

constexpr std::size_t largest_content = 64 * 1024;

Response answer_with(int status, std::string_view type, std::string content) {
  Response response;
  response.head.status = status;
  response.head.fields.add("Content-Type", type);
  response.head.fields.add("Cache-Control", "no-store");
  response.body = pipeline::Body(Bytes(std::move(content)));
  return response;
}

Response method_problem(std::string_view allowed) {
  Response response = problem(405, "The method is not allowed here.");
  response.head.fields.add("Allow", allowed);
  return response;
}

bool is_read(const Request& request) {
  return request.head.method == "GET" || request.head.method == "HEAD";
}

/// The whole content. Error::too_large past the bound.
Task<Result<std::string>> read_content(pipeline::Body& body) {
  if (!body.is_streamed()) co_return std::string(body.bytes().view());
  std::string content;
  while (true) {
    const Result<std::string_view> piece = co_await body.reader().read();
    if (!piece) co_return piece.error();
    if (piece->empty()) co_return content;
    if (content.size() + piece->size() > largest_content) co_return Error::too_large;
    content.append(*piece);
  }
}

std::string purge_answer(const PurgeRequest& request, const std::optional<store::Position>& position) {
  json::array purges;
  for (const policy::Purge& purge : request.purges) purges.emplace_back(describe(purge));
  json::object answer{{"position", nullptr}, {"purges", std::move(purges)}};
  if (position) answer["position"] = position->text();
  if (request.soft) answer["soft"] = true;
  if (request.dry_run) answer["dry_run"] = true;
  return json::serialize(answer) + "\n";
}

}  // namespace

Handler::Handler(Instance& instance, store::PurgeLog& purge_log, std::string_view token, Log& log)
    : instance_(instance),
      purge_log_(purge_log),
      token_(token),
      log_(log),
      lines_(std::make_unique<LineBudget>()) {}

Handler::~Handler() = default;

Task<Result<Response>> Handler::handle(Request& request) {
  Response response = co_await answer(request);
  co_return response;
}

Task<Response> Handler::answer(Request& request) {
  const std::string& path = request.target.path;
  if (path == "/healthz") co_return is_read(request) ? health() : method_problem("GET, HEAD");
  if (!token_.admits(request.head.fields)) {
    Response response = problem(401, "This needs the token of the configuration's admin section.");
    response.head.fields.add("WWW-Authenticate", "Bearer");
    co_return response;
  }
  const std::optional<Denial> denial =
      token_.is_set() ? std::nullopt : deny_web_page(request.head, request.target);
  if (denial) co_return problem(denial->status, denial->detail);
  if (path == "/purge") {
    if (request.head.method != "POST") co_return method_problem("POST");
    co_return co_await purge(request);
  }
  if (path != "/stats") co_return problem(404, "There is /healthz, /stats and /purge.");
  if (!is_read(request)) co_return method_problem("GET, HEAD");
  const Stats stats = co_await instance_.stats();
  co_return answer_with(200, "application/json", to_json(stats, LARDER_VERSION));
}

Response Handler::health() const {
  if (instance_.is_draining()) return answer_with(503, "text/plain", "draining\n");
  return answer_with(200, "text/plain", "ok\n");
}

Task<Response> Handler::purge(Request& request) {
  const std::optional<Denial> denial = deny_content_type(request.head.fields);
  if (denial) co_return problem(denial->status, denial->detail);
  const Result<std::string> content = co_await read_content(request.body);
  if (!content) co_return pipeline::request_problem(content.error());
  std::variant<PurgeRequest, Refusal> read = read_purge_request(*content, instance_.sites());
  if (const Refusal* refusal = std::get_if<Refusal>(&read)) {
    co_return problem(refusal->status, refusal->detail);
  }
  PurgeRequest wanted = std::get<PurgeRequest>(std::move(read));
  if (wanted.dry_run) co_return answer_with(200, "application/json", purge_answer(wanted, std::nullopt));
  co_return co_await purge_now(std::move(wanted));
}

Task<Response> Handler::purge_now(PurgeRequest purge) {
  store::PurgeBatch batch;
  batch.purges = purge.purges;
  if (purge.soft) batch.strength = store::Strength::soft;
  batch.why = "admin API";
  const std::optional<store::Position> position = co_await purge_log_.append(std::move(batch));
  tell(purge, position);
  co_return answer_with(position ? 200 : 202, "application/json", purge_answer(purge, position));
}

void Handler::tell(const PurgeRequest& purge, const std::optional<store::Position>& position) {
  if (!log_.should_log(spdlog::level::info)) return;
  const std::optional<std::size_t> untold = lines_->take(std::chrono::steady_clock::now());
  if (!untold) return;
  if (*untold != 0) log_.info("{} more purges over the admin API were not logged one by one", *untold);
  std::string what = describe(purge.purges.front());
  if (purge.purges.size() > 1) what += " and " + std::to_string(purge.purges.size() - 1) + " more";
  log_.info("purged{} over the admin API: {}, {}", purge.soft ? " softly" : "", what,
            position ? "at " + position->text() : "waiting for Redis");
}

}  // namespace larder::admin
