// No spelling of a path leads an origin to a protected path unprotected (src/README.md, "Folded paths").
#include "support.hpp"

#include <larder/policy/request.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <random>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

/// What origins do to a path before routing it, in whatever order.
class Origins {
 public:
  /// Another spelling of a protected path, or of a similar one.
  std::string path() {
    const std::string plain = one_of({"/api/me/x", "/api/me", "/user/7/mail", "/user/x/api/me"});
    std::string path;
    for (const char c : plain) {
      if (random_() % 12 == 0) path += one_of(pieces_);
      path += respelled(c);
    }
    if (random_() % 4 == 0) path += one_of(pieces_);
    if (random_() % 8 == 0)
      path.insert(0,
                  one_of({"//h", "//h:80", "///u@h", "//h;a", "//[::1]", "/%2fh", "//./h", "/.//h", "/./"}));
    return path.starts_with('/') ? path : "/" + path;
  }

  /// The path as one of many kinds of origin sees it.
  std::string seen(std::string path) {
    // URL parsers come first, and take their input as it is or decoded.
    if (random_() % 4 == 0) path = decoded(path, "/;\\?#");
    if (random_() % 4 == 0) path = without_dots(path);
    if (random_() % 4 == 0) path = without_authority(path);
    std::vector<int> steps{0, 1, 2, 3, 4, 5, 6, 7, 8};
    std::shuffle(steps.begin(), steps.end(), random_);
    steps.resize(random_() % (steps.size() + 1));
    // File systems, which cut the dots at the end of a name, see what URL parsers have left.
    constexpr int removal = 7;
    constexpr int cut = 8;
    const auto last = std::find(steps.begin(), steps.end(), cut);
    if (const auto found = std::find(last, steps.end(), removal); found != steps.end()) steps.erase(found);
    for (const int step : steps) path = done(step, path);
    return path;
  }

 private:
  const std::string& one_of(const std::vector<std::string>& choices) {
    return choices[random_() % choices.size()];
  }

  std::string respelled(char c) {
    const std::string plain(1, c);
    if (random_() % 8 != 0) return plain;
    if (c == '/') return one_of({"//", "%2f", "%2F", ";/", ";v=1/", "/;/", "%3b/", "./", "/./", "%252f"});
    if (random_() % 2 == 0)
      return folded_case(plain) == plain ? std::string(1, static_cast<char>(std::toupper(c))) : plain;
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    return std::string("%") + digits[byte >> 4] + digits[byte & 15];
  }

  static std::string done(int step, const std::string& path) {
    switch (step) {
      case 0:
        return decoded(path, "/;\\?#");
      case 1:
        return decoded(path, "");
      case 2:
        return by_segments(path, [](std::string segment) { return segment.substr(0, segment.find(';')); });
      case 3:
        return without_empty(path);
      case 4:
        return folded_case(path);
      case 5:
        return path.substr(0, path.find_first_of("?#"));
      case 6:
        return path.substr(0, path.find(';'));
      case 7:
        return without_dots(path);
      default:
        return by_segments(path, [](std::string segment) {
          while (segment.size() > 1 && segment.ends_with('.')) segment.pop_back();
          return segment;
        });
    }
  }

  static std::string decoded(const std::string& path, std::string_view delimiters) {
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (path[i] == '%' && i + 2 < path.size()) {
        const int byte = std::stoi("0x" + path.substr(i + 1, 2), nullptr, 16);
        const char c = static_cast<char>(byte);
        const bool is_plain = std::isalnum(byte) != 0 || c == '.' || c == '-' || c == '@' || c == ':';
        if (is_plain || delimiters.find(c) != delimiters.npos) {
          out += c;
          i += 2;
          continue;
        }
      }
      out += path[i];
    }
    return out;
  }

  template <class Change>
  static std::string by_segments(const std::string& path, Change change) {
    std::string out;
    std::size_t begin = 1;
    while (begin <= path.size()) {
      const std::size_t end = std::min(path.find('/', begin), path.size());
      out += "/" + change(path.substr(begin, end - begin));
      begin = end + 1;
    }
    return out;
  }

  static std::string without_authority(const std::string& path) {
    if (!path.starts_with("//")) return path;
    const std::size_t host = std::min(path.find_first_not_of('/'), path.size());
    return "/" + path.substr(std::min(path.find('/', host), path.size() - 1) + 1);
  }

  static std::string without_empty(const std::string& path) {
    std::string out;
    for (const char c : path) {
      if (c != '/' || !out.ends_with('/')) out += c;
    }
    return out;
  }

  static std::string folded_case(std::string path) {
    for (char& c : path) c = static_cast<char>(std::tolower(c));
    return path;
  }

  const std::vector<std::string> pieces_{"/",   "//",  ";",   ";a=b", "%3b", "%2f",  "%3f",
                                         "%23", ".",   "%2e", "..",   "/./", "/../", "%252f",
                                         "%25", "%41", "A",   "z",    "/x",  ";%2f"};
  std::mt19937 random_{12};
};

}  // namespace

TEST_CASE(
    "property: no origin, whatever it does to a path in whatever order, reaches a protected path "
    "unprotected") {
  std::vector<Route> routes(3);
  const char* matches[] = {"/api/me/**", "/user/{id}/mail", "/**"};
  for (std::size_t i = 0; i < routes.size(); ++i) {
    routes[i].patterns = {PathPattern::parse(matches[i]).value()};
    routes[i].cache = i == 2;
  }
  const RouteTable table(routes);
  const http::RequestHead request = request_of("GET");
  Origins origins;
  int protected_paths = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string path = origins.path();
    const std::string seen = origins.seen(path);
    if (!takes_path(routes[0], seen) && !takes_path(routes[1], seen)) continue;
    ++protected_paths;
    const Route& met = *table.find("GET", target_of(path));
    const bool is_passed = bypass_reason(met, table, request, target_of(path), false) != Reason::none;
    CAPTURE(path);
    CAPTURE(seen);
    CHECK(is_passed);
  }
  CHECK(protected_paths > 10'000);
}
