#include "selecting.hpp"

#include <larder/base/text.hpp>
#include <larder/base/token.hpp>
#include <larder/http/list.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace larder::policy {
namespace {

// White space may be changed where the field's syntax allows it. Inside quotes it counts.
std::string collapse_around_commas(std::string_view value) {
  std::string collapsed;
  bool quoted = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (quoted && c == '\\' && i + 1 < value.size()) {
      collapsed.push_back(c);
      collapsed.push_back(value[++i]);
      continue;
    }
    if (c == '"') quoted = !quoted;
    if (c != ',' || quoted) {
      collapsed.push_back(c);
      continue;
    }
    while (!collapsed.empty() && (collapsed.back() == ' ' || collapsed.back() == '\t')) collapsed.pop_back();
    collapsed.push_back(',');
    while (i + 1 < value.size() && (value[i + 1] == ' ' || value[i + 1] == '\t')) ++i;
  }
  return collapsed;
}

// The same with a name of its own, in lower case.
struct Weighted {
  std::string name;
  int weight;
};

// RFC 9110, section 12.4.2: 0 or 1, with up to three digits after the point.
std::optional<int> weight_of(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int weight = (text[0] - '0') * Weighed::most_weight;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  if (text.size() > std::string_view("0.999").size()) return std::nullopt;
  int place = Weighed::most_weight / 10;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return std::nullopt;
    weight += (c - '0') * place;
    place /= 10;
  }
  return weight <= Weighed::most_weight ? std::optional(weight) : std::nullopt;
}

std::optional<Weighted> weighted_of(std::string_view member) {
  const std::optional<Weighed> read = weighed(member);
  if (!read) return std::nullopt;
  Weighted weighted{std::string(read->name), read->weight};
  std::transform(weighted.name.begin(), weighted.name.end(), weighted.name.begin(), to_lower);
  return weighted;
}

// Adds it unless it is there already; false if that has another weight, and readers differ in which they
// take.
bool add_once(std::vector<Weighted>& list, Weighted added) {
  const auto same = std::find_if(list.begin(), list.end(),
                                 [&added](const Weighted& each) { return each.name == added.name; });
  if (same != list.end()) return same->weight == added.weight;
  list.push_back(std::move(added));
  return true;
}

void append_weight(std::string& out, int weight) {
  if (weight == Weighed::most_weight) return;
  out.append(";q=0");
  if (weight == 0) return;
  std::string digits = std::to_string(Weighed::most_weight + weight);
  digits.erase(digits.find_last_not_of('0') + 1);
  out.append(".").append(digits, 1);
}

// RFC 9110, section 12.5.4: languages ignore case and stand in the order of their weights; the order among
// equal ones counts (RFC 4647, section 2.3). Nothing for what is not a list of languages, or longer than any
// honest one: that is left as it came, and selects only as the bytes it is.
std::optional<std::string> languages_by_weight(std::string_view value) {
  constexpr std::size_t most_languages = 64;
  std::vector<Weighted> list;
  std::size_t count = 0;
  for (auto member = http::next_member(value); !member.empty(); member = http::next_member(value)) {
    std::optional<Weighted> language = weighted_of(member);
    if (!language || ++count > most_languages || !add_once(list, std::move(*language))) return std::nullopt;
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const Weighted& a, const Weighted& b) { return a.weight > b.weight; });
  std::string joined;
  for (const Weighted& language : list) {
    if (!joined.empty()) joined.push_back(',');
    joined.append(language.name);
    append_weight(joined, language.weight);
  }
  return joined;
}

// RFC 9110, section 8.4.1.3: x-gzip is gzip.
bool is_coding(std::string_view name, std::string_view coding) {
  return equal_ignoring_case(name, coding) || (coding == "gzip" && equal_ignoring_case(name, "x-gzip"));
}

}  // namespace

std::optional<Weighed> weighed(std::string_view member) {
  const std::size_t end = std::min(member.find(';'), member.size());
  Weighed read{trim(member.substr(0, end))};
  if (!is_token(read.name)) return std::nullopt;
  if (end == member.size()) return read;
  const std::string_view parameter = trim(member.substr(end + 1));
  if (parameter.size() < 2 || to_lower(parameter[0]) != 'q' || parameter[1] != '=') return std::nullopt;
  const std::optional<int> weight = weight_of(parameter.substr(2));
  if (!weight) return std::nullopt;
  read.weight = *weight;
  return read;
}

std::string normalised(std::string_view name, std::string_view value) {
  if (name == "accept-encoding") return accepted_codings(value);
  if (name == "accept-language") {
    if (std::optional<std::string> languages = languages_by_weight(value)) return *std::move(languages);
  }
  // Lines that are joined inside an open quotation end in the joint's blank, which no field value does.
  return std::string(trim(collapse_around_commas(value)));
}

// What is refused once, or in a way that cannot be understood, is not sent: the origin then does not use it.
std::string accepted_codings(std::string_view accept_encoding) {
  static constexpr std::array<std::string_view, 3> codings{"zstd", "br", "gzip"};
  std::array<bool, codings.size()> named{};
  std::array<bool, codings.size()> refused{};
  bool takes_others = false;
  for (auto rest = accept_encoding;;) {
    const std::string_view member = http::next_member(rest);
    if (member.empty()) break;
    const std::string_view name = trim(member.substr(0, member.find(';')));
    const auto known = std::find_if(codings.begin(), codings.end(),
                                    [name](std::string_view coding) { return is_coding(name, coding); });
    if (known == codings.end() && name != "*") continue;
    const std::optional<Weighed> read = weighed(member);
    const bool takes = read && read->weight > 0;
    if (name == "*") {
      takes_others = takes_others || takes;
    } else {
      const auto position = static_cast<std::size_t>(known - codings.begin());
      named[position] = true;
      refused[position] = refused[position] || !takes;
    }
  }
  std::string accepted;
  for (std::size_t i = 0; i < codings.size(); ++i) {
    if (named[i] ? refused[i] : !takes_others) continue;
    accepted.append(accepted.empty() ? "" : ", ").append(codings[i]);
  }
  return accepted.empty() ? "identity" : accepted;
}

}  // namespace larder::policy
