#include "support/run_task.hpp"

#include <larder/admin/handler.hpp>

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>
#include <spdlog/sinks/null_sink.h>

using namespace larder;
using pipeline::Request;
using pipeline::Response;

namespace {

class Instance final : public admin::Instance {
 public:
  Task<admin::Stats> stats() override { co_return figures; }
  bool is_draining() const override { return figures.is_draining; }
  const policy::Sites& sites() const override { return called; }
  admin::Stats figures;
  policy::Sites called;
};

/// Keeps what it is given, like a log without Redis.
class Recorder final : public store::PurgeLog {
 public:
  Mark mark() const override { return {}; }
  store::Verdict judge(const store::StoredResponse&) const override { return {}; }
  bool admit(store::Draft&) const override { return true; }
  std::optional<store::Strength> names(const policy::TagsView&, const store::Since&) const override {
    return std::nullopt;
  }
  bool is_in_step() const override { return true; }
  Task<std::optional<store::Position>> append(store::PurgeBatch batch) override {
    appended.insert(appended.end(), batch.purges.begin(), batch.purges.end());
    strength = batch.strength;
    why = batch.why;
    co_return position;
  }
  std::vector<policy::Purge> appended;
  store::Strength strength = store::Strength::hard;  ///< of the last purge
  std::string why;                                   ///< likewise
  std::optional<store::Position> position{{7, 1}};
};

struct Api {
  Response ask(std::string method, std::string path, std::string content = "",
               const std::vector<std::pair<std::string, std::string>>& fields = {}) {
    Request request;
    request.head.method = std::move(method);
    request.target.scheme = "http";
    request.target.host = host;
    request.target.port = "9090";
    request.target.path = std::move(path);
    if (request.head.method == "POST" && !content_type.empty())
      request.head.fields.add("Content-Type", content_type);
    for (const auto& [name, value] : fields) request.head.fields.add(name, value);
    request.body = pipeline::Body(Bytes(std::move(content)));
    admin::Handler handler(instance, purge_log, token, log);
    return test::run_task(handler.handle(request)).value();
  }

  Instance instance;
  Recorder purge_log;
  std::string token;
  std::string host = "localhost";
  std::string content_type = "application/json";
  Log log{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
};

std::string content_of(const Response& response) {
  return std::string(response.body.bytes().view());
}

}  // namespace

TEST_CASE("health is ok until draining begins, and needs no token") {
  Api api;
  api.token = "sesame";
  CHECK(api.ask("GET", "/healthz").head.status == 200);
  CHECK(content_of(api.ask("GET", "/healthz")) == "ok\n");
  api.instance.figures.is_draining = true;
  CHECK(api.ask("GET", "/healthz").head.status == 503);
  CHECK(api.ask("POST", "/healthz").head.status == 405);
}

TEST_CASE("without the token nothing is shown or done, not even whether a path exists") {
  Api api;
  api.token = "sesame";
  for (const std::string path : {"/stats", "/purge", "/elsewhere"}) {
    CAPTURE(path);
    const Response response = api.ask("POST", path, R"({"all": true})", {{"Authorization", "Bearer wrong"}});
    CHECK(response.head.status == 401);
    CHECK(response.head.fields.find("WWW-Authenticate") == "Bearer");
    CHECK(response.head.fields.find("Content-Type") == "application/problem+json");
  }
  CHECK(api.purge_log.appended.empty());
  CHECK(api.ask("POST", "/purge", R"({"all": true})", {{"Authorization", "Bearer sesame"}}).head.status ==
        200);
  CHECK(api.purge_log.appended.size() == 1);
}

TEST_CASE("unknown paths and methods are refused") {
  Api api;
  CHECK(api.ask("GET", "/").head.status == 404);
  CHECK(api.ask("GET", "/purge/").head.status == 404);
  const Response get = api.ask("GET", "/purge");
  CHECK(get.head.status == 405);
  CHECK(get.head.fields.find("Allow") == "POST");
  CHECK(api.ask("DELETE", "/stats").head.fields.find("Allow") == "GET, HEAD");
}

TEST_CASE("a purge is answered with what was purged and its position in the log") {
  Api api;
  const Response response = api.ask("POST", "/purge", R"({"prefix": "/a"})");
  CHECK(response.head.status == 200);
  CHECK(response.head.fields.find("Cache-Control") == "no-store");
  CHECK(boost::json::parse(content_of(response)) ==
        boost::json::parse(R"({"position": "7-1", "purges": ["resource {*}/a", "below {*}/a/"]})"));
  using Kind = policy::Purge::Kind;
  CHECK(api.purge_log.appended ==
        std::vector<policy::Purge>{{Kind::resource, "{*}/a"}, {Kind::below, "{*}/a/"}});
  CHECK(api.purge_log.strength == store::Strength::hard);
  CHECK(api.purge_log.why == "admin API");
}

TEST_CASE("a soft purge is soft in the log, and the response says so") {
  Api api;
  const Response response = api.ask("POST", "/purge", R"({"tag": "a", "soft": true})");
  CHECK(boost::json::parse(content_of(response)) ==
        boost::json::parse(R"({"position": "7-1", "purges": ["tag a"], "soft": true})"));
  CHECK(api.purge_log.strength == store::Strength::soft);
}

TEST_CASE("a purge that waits for Redis is accepted, without a position") {
  Api api;
  api.purge_log.position.reset();
  const Response response = api.ask("POST", "/purge", R"({"tag": "a"})");
  CHECK(response.head.status == 202);
  CHECK(boost::json::parse(content_of(response)).at("position").is_null());
}

TEST_CASE("a dry run shows what would be purged and purges nothing") {
  Api api;
  const Response response = api.ask("POST", "/purge", R"({"tag": "a", "dry_run": true})");
  CHECK(response.head.status == 200);
  const boost::json::value answer = boost::json::parse(content_of(response));
  CHECK(answer.at("purges").as_array().size() == 1);
  CHECK(answer.at("dry_run").as_bool());
  CHECK(api.purge_log.appended.empty());
}

TEST_CASE("a refused request purges nothing, and the response is JSON whatever was sent") {
  Api api;
  for (const std::string content : {"", "nonsense", R"({"a\"b\\c": 1})", R"({"tag": "a", "soft": 1})"}) {
    CAPTURE(content);
    const Response response = api.ask("POST", "/purge", content);
    CHECK(response.head.status >= 400);
    CHECK(boost::json::parse(content_of(response)).at("status").as_int64() == response.head.status);
  }
  CHECK(api.purge_log.appended.empty());
}

TEST_CASE("without a token only names of this machine are accepted as Host, against DNS rebinding") {
  Api api;
  for (const std::string own : {"localhost", "127.0.0.1", "[::1]"}) {
    CAPTURE(own);
    api.host = own;
    CHECK(api.ask("GET", "/stats").head.status == 200);
    CHECK(api.ask("POST", "/purge", R"({"all": true})").head.status == 200);
  }
  api.purge_log.appended.clear();
  for (const std::string other :
       {"evil.example", "localhost.evil.example", "localhost.", "127.0.0.1.evil.example", "127.0.0.2",
        "127.1", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]", "10.0.0.7", ""}) {
    CAPTURE(other);
    api.host = other;
    for (const std::string path : {"/stats", "/", "/elsewhere"}) {
      CHECK(api.ask("GET", path).head.status == 421);
    }
    CHECK(api.ask("POST", "/purge", R"({"all": true})").head.status == 421);
    CHECK(api.ask("GET", "/healthz").head.status == 200);
  }
  CHECK(api.purge_log.appended.empty());
  api.token = "sesame";
  CHECK(api.ask("GET", "/stats", "", {{"Authorization", "Bearer sesame"}}).head.status == 200);
}

TEST_CASE("without a token a web page of another origin learns and does nothing") {
  using Fields = std::vector<std::pair<std::string, std::string>>;
  struct Case {
    Fields fields;
    int status;
  };
  const std::vector<Case> cases{
      {{}, 200},
      {{{"Origin", "http://localhost:9090"}}, 200},
      {{{"Origin", "http://localhost:9090"}, {"Sec-Fetch-Site", "same-origin"}}, 200},
      {{{"Sec-Fetch-Site", "none"}}, 200},
      {{{"Origin", "http://evil.example"}}, 403},
      {{{"Origin", "null"}}, 403},
      {{{"Origin", ""}}, 403},
      {{{"Origin", "https://localhost:9090"}}, 403},
      {{{"Origin", "http://localhost"}}, 403},
      {{{"Origin", "http://localhost:3000"}}, 403},
      {{{"Origin", "http://127.0.0.1:9090"}}, 403},
      {{{"Origin", "http://localhost:9090"}, {"Origin", "http://evil.example"}}, 403},
      {{{"Sec-Fetch-Site", "cross-site"}}, 403},
      {{{"Sec-Fetch-Site", "same-site"}}, 403},
      {{{"Sec-Fetch-Site", "later-word"}}, 403},
      {{{"Origin", "http://localhost:9090"}, {"Sec-Fetch-Site", "cross-site"}}, 403},
  };
  for (const Case& one : cases) {
    for (const auto& [name, value] : one.fields) CAPTURE(name + ": " + value);
    Api api;
    CHECK(api.ask("GET", "/stats", "", one.fields).head.status == one.status);
    CHECK(api.ask("POST", "/purge", R"({"all": true})", one.fields).head.status == one.status);
    CHECK(api.purge_log.appended.size() == (one.status == 200 ? 1 : 0));
    CHECK(api.ask("GET", "/healthz", "", one.fields).head.status == 200);
    api.token = "sesame";
    Fields with_token = one.fields;
    with_token.emplace_back("Authorization", "Bearer sesame");
    CHECK(api.ask("POST", "/purge", R"({"all": true})", with_token).head.status == 200);
  }
}

TEST_CASE("changes need application/json, with a token too") {
  Api api;
  for (const std::string token : {"", "sesame"}) {
    CAPTURE(token);
    api.token = token;
    const std::vector<std::pair<std::string, std::string>> fields{{"Authorization", "Bearer " + token}};
    for (const std::string type :
         {"application/json", "Application/JSON", "application/json; charset=utf-8"}) {
      CAPTURE(type);
      api.content_type = type;
      CHECK(api.ask("POST", "/purge", R"({"all": true})", fields).head.status == 200);
    }
    api.purge_log.appended.clear();
    for (const std::string type :
         {"", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x",
          "application/jsonx", "application/json, text/plain", "text/plain; application/json"}) {
      CAPTURE(type);
      api.content_type = type;
      CHECK(api.ask("POST", "/purge", R"({"all": true})", fields).head.status == 415);
    }
    api.content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> twice = fields;
    twice.emplace_back("Content-Type", "text/plain");
    CHECK(api.ask("POST", "/purge", R"({"all": true})", twice).head.status == 415);
    CHECK(api.purge_log.appended.empty());
  }
}

TEST_CASE("the statistics are JSON, with null for a tier that does not exist") {
  Api api;
  api.instance.figures.uptime = Milliseconds{12'999};
  api.instance.figures.connections = 3;
  api.instance.figures.responses[static_cast<std::size_t>(pipeline::CacheResult::hit)] = 5;
  boost::json::value stats = boost::json::parse(content_of(api.ask("GET", "/stats")));
  CHECK(stats.at("version").as_string() == LARDER_VERSION);
  CHECK(stats.at("uptime_seconds").as_int64() == 12);
  CHECK(stats.at("connections").as_int64() == 3);
  CHECK(stats.at("responses").at("hit").as_int64() == 5);
  CHECK(stats.at("memory").is_null());
  CHECK(stats.at("redis").is_null());
  api.instance.figures.memory = store::MemoryTier::Counts{1, 2, 3, 4};
  api.instance.figures.redis.emplace();
  api.instance.figures.redis_clients.push_back(
      {"lane 0", {"127.0.0.1:6379", larder::redis::Health::up, 0, {}}});
  stats = boost::json::parse(content_of(api.ask("GET", "/stats")));
  CHECK(stats.at("memory").at("evictions").as_int64() == 3);
  CHECK(stats.at("redis").at("clients").as_array().at(0).at("up").as_bool());
  CHECK(stats.at("purge_log").at("position").as_string() == "0-0");
}
