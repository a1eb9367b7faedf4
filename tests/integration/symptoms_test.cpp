#include "support/documents.hpp"
#include "support/larder.hpp"
#include "support/origin.hpp"

#include <doctest/doctest.h>

#include <fstream>

/// deploy/README.md, "By symptom": what it says that one sees is what one sees, and what it says to do helps.
namespace larder::test {

namespace {

struct Symptom {
  std::string told;    ///< what the row begins with
  std::string result;  ///< of a request that was made before
  std::string detail;
  Fields asked;
  Fields answered;
  std::string route;   ///< with the symptom
  std::string remedy;  ///< with none
};

const std::vector<Symptom> symptoms{{"| `MISS` each time, `detail=no-lifetime` |",
                                     "MISS",
                                     "no-lifetime",
                                     {},
                                     {},
                                     "cookies: refuse",
                                     "ttl: {200: 1m}"},
                                    {"| `MISS` each time, `detail=no-store` or `private` |",
                                     "MISS",
                                     "no-store",
                                     {},
                                     {{"Cache-Control", "no-store"}},
                                     "ttl: 1m",
                                     "ttl: 1m, override: true"},
                                    {"| `MISS` each time, `detail=no-store` or `private` |",
                                     "MISS",
                                     "private",
                                     {},
                                     {{"Cache-Control", "private"}},
                                     "ttl: 1m",
                                     "ttl: 1m, override: true"},
                                    {"| `detail=set-cookie` |",
                                     "MISS",
                                     "set-cookie",
                                     {},
                                     {{"Set-Cookie", "sid=1"}},
                                     "ttl: 1m",
                                     "ttl: 1m, set_cookie: strip, cookies: ignore"},
                                    {"| `BYPASS`, `detail=cookie` or `credential` |",
                                     "BYPASS",
                                     "cookie",
                                     {{"Cookie", "lang=de"}},
                                     {},
                                     "ttl: 1m",
                                     "ttl: 1m, cookies: {key: [lang]}"},
                                    {"| `BYPASS`, `detail=cookie` or `credential` |",
                                     "BYPASS",
                                     "credential",
                                     {{"X-Api-Key", "k"}},
                                     {},
                                     "ttl: 1m",
                                     "ttl: 1m, headers: [X-Api-Key]"}};

std::string routes_with(const std::string& keys) {
  return "  - {match: /**, " + keys + "}\n";
}

Response ask_again(const Symptom& symptom, const Origin& origin, const std::string& keys) {
  const Larder larder(Yaml{.upstream = origin.url(), .routes = routes_with(keys)});
  Client client = larder.client();
  client.get("/a", symptom.asked);
  return client.get("/a", symptom.asked);
}

std::string manual() {
  std::ifstream file(repository() / "deploy/README.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("Symptoms in the manual show as it says, and end by what it says to do") {
  const std::string text = manual();
  for (const Symptom& symptom : symptoms) {
    CAPTURE(symptom.detail);
    CHECK(contains(text, "\n" + symptom.told));
    Origin origin([&](const OriginRequest& request) {
      OriginResponse response = numbered(request);
      response.fields = symptom.answered;
      return response;
    });
    const Response shown = ask_again(symptom, origin, symptom.route);
    CAPTURE(shown.head);
    CHECK(cache_result(shown) == symptom.result);
    CHECK(contains(shown.fields.get("Cache-Status"), "detail=" + symptom.detail));
    const Response mended = ask_again(symptom, origin, symptom.remedy);
    CAPTURE(mended.head);
    CHECK(cache_result(mended) == "HIT");
  }
}

TEST_CASE("A port that is taken ends the start by the words of the manual") {
  Origin other(numbered);
  const Run second = run_larder(
      {"--upstream", "http://127.0.0.1:1", "--listen", other.url().substr(std::string("http://").size())});
  CHECK(second.exit_code == 1);
  CHECK(contains(second.errors, "cannot listen"));
  CHECK(contains(manual(), "`cannot listen`"));
}

}  // namespace larder::test
