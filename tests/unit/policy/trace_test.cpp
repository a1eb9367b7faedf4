#include <larder/policy/trace.hpp>

#include <doctest/doctest.h>

#include <set>

using namespace larder::policy;

TEST_CASE("every rule has its own sentence") {
  std::set<std::string_view> sentences;
  for (int i = 0; i <= static_cast<int>(Rule::hidden_status); ++i) {
    CAPTURE(i);
    const std::string_view sentence = sentence_of(static_cast<Rule>(i));
    CHECK(sentence.size() > 20);
    CHECK(sentences.insert(sentence).second);
  }
}

TEST_CASE("a trace has its bound; further steps are dropped") {
  Trace trace;
  CHECK(trace.steps().empty());
  for (std::size_t i = 0; i < Trace::most_steps + 3; ++i) trace.add({.rule = Rule::fresh, .holds = i == 0});
  CHECK(trace.steps().size() == Trace::most_steps);
  CHECK(trace.steps().front().holds);
  CHECK_FALSE(trace.steps().back().holds);
}
