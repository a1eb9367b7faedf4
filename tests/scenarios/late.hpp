#pragma once

#include "scenario.hpp"

/// For dialogues with several concurrent requests.
namespace larder::test {

inline const Answer cacheable{.fields = {{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}},
                              .content = "content"};

inline std::string_view status_of(const Seen& seen) {
  return seen.fields.find("Cache-Status").value_or("");
}

/// The number of requests that reached the origin.
inline std::size_t asked(const Scenario& s) {
  return s.origin.asked.size();
}

/// A scenario whose origin gives this response, late.
struct Late : Scenario {
  explicit Late(Answer answer, std::vector<policy::Route> routes = {}) : Scenario(std::move(routes)) {
    origin_says(std::move(answer));
    origin.waits = true;
  }
};

}  // namespace larder::test
