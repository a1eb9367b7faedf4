#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

/// What a write purges in a chain of two larders, each with a purge log of its own.
namespace larder::test {

namespace {

using Targets = std::set<std::string>;

/// An origin, a larder in front of it, and another larder in front of that, which the clients use.
class Chain {
 public:
  Chain()
      : origin_([this](const OriginRequest& request) { return answer(request); }),
        inner_(Yaml{.upstream = origin_.url()}),
        outer_(Yaml{.upstream = "http://127.0.0.1:" + std::to_string(inner_.port())}) {}

  /// Sets the origin's response to a write to that target. To be called before the write.
  void says(const std::string& target, OriginResponse answer) { answers_[target] = std::move(answer); }

  /// Makes both store it.
  void store(const std::string& target) {
    CHECK(has_it(outer_, target));
    CHECK(has_it(inner_, target));
  }

  Response write(std::string_view method, const std::string& target) {
    return outer_.client().request(method, target, {}, "{}");
  }

  /// Those that neither has any longer. The check stores nothing.
  Targets gone(const Targets& targets) const {
    Targets gone;
    for (const std::string& target : targets) {
      if (!is_there(outer_, target) && !is_there(inner_, target)) gone.insert(target);
    }
    return gone;
  }

  /// Whether both have all of them.
  bool holds(const Targets& targets) const {
    return std::ranges::all_of(targets, [this](const std::string& target) {
      return is_there(outer_, target) && is_there(inner_, target);
    });
  }

 private:
  OriginResponse answer(const OriginRequest& request) {
    if (request.method == "GET") return numbered(request);
    const auto known = answers_.find(request.target);
    return known == answers_.end() ? status(500) : known->second;
  }

  static bool has_it(const Larder& larder, const std::string& target) {
    return eventually([&] {
      larder.client().get(target);
      return is_there(larder, target);
    });
  }

  static bool is_there(const Larder& larder, const std::string& target) {
    return larder.client().get(target, {{"Cache-Control", "only-if-cached"}}).status == 200;
  }

  std::map<std::string, OriginResponse> answers_;  // not changed while requests are running
  Origin origin_;
  Larder inner_;
  Larder outer_;
};

}  // namespace

TEST_CASE("a write through a chain of two larders purges in both what its response calls for") {
  struct Case {
    std::string method;
    int status;
    Targets purged;
  };
  const std::string target = "/a/b";
  const Targets all{"/a", "/a/b", "/a/b?x=1", "/a/b/c", "/d"};
  const Targets with_parent{"/a", "/a/b", "/a/b?x=1"};
  const Targets with_below{"/a", "/a/b", "/a/b?x=1", "/a/b/c"};
  const Targets alone{"/a/b", "/a/b?x=1"};
  Chain chain;
  for (const Case& one : {Case{"POST", 200, with_parent},
                          {"PUT", 204, with_parent},
                          {"DELETE", 204, with_below},
                          {"POST", 302, with_parent},
                          {"DELETE", 302, with_parent},
                          {"DELETE", 307, alone},
                          {"PUT", 307, alone},
                          {"DELETE", 403, {}},
                          {"POST", 403, {}}}) {
    CAPTURE(one.method);
    CAPTURE(one.status);
    for (const std::string& each : all) chain.store(each);
    chain.says(target, status(one.status).with("Location", "/login"));
    CHECK(chain.write(one.method, target).status == one.status);
    CHECK(chain.gone(all) == one.purged);
    Targets kept = all;
    for (const std::string& each : one.purged) kept.erase(each);
    CHECK(chain.holds(kept));
  }
}

TEST_CASE("a write of unknown outcome purges in both larders of a chain, and again some seconds later") {
  Chain chain;
  // Each under a path of its own: a write also purges its parent.
  const Targets lost{"/502/x", "/504/x", "/broken/x"};
  const Targets kept{"/502/y", "/504/y", "/broken/y"};
  chain.says("/502/x", status(502));
  chain.says("/504/x", status(504));
  chain.says("/broken/x", hang_up());
  for (const Targets& targets : {lost, kept}) {
    for (const std::string& each : targets) chain.store(each);
  }
  for (const std::string& each : lost)
    CHECK(chain.write("PUT", each).status == (each == "/504/x" ? 504 : 502));
  CHECK(chain.gone(lost) == lost);
  CHECK(chain.holds(kept));
  // The origin may apply the write only now: what was fetched meanwhile is the old content.
  for (const std::string& each : lost) chain.store(each);
  for (const std::string& each : lost) {
    CAPTURE(each);
    CHECK(eventually([&] { return chain.gone({each}).size() == 1; }, patience));
  }
  CHECK(chain.holds(kept));
}

}  // namespace larder::test
