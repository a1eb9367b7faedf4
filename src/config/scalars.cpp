#include "scalars.hpp"

#include "suggest.hpp"
#include "units_meant.hpp"

#include <larder/base/text.hpp>
#include <larder/base/units.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <unordered_set>

namespace larder::config {
namespace {

constexpr std::string_view duration_example = "a duration such as \"30s\"";
constexpr std::string_view brief_example = "a duration such as \"50ms\"";
constexpr std::string_view size_example = "a size such as \"64MiB\"";

struct DurationRule {
  bool may_be_zero = true;
  std::string_view example = duration_example;
  std::string_view bare_unit = "s";  ///< what a number alone is taken to be of, in suggestions
};

std::optional<Milliseconds> read_duration(const Value& value, const DurationRule& rule) {
  const std::optional<std::string> text = value.text(rule.example);
  if (!text) return std::nullopt;
  const Result<Milliseconds> parsed = parse_duration(*text);
  if (parsed && (rule.may_be_zero || parsed->count() > 0)) return *parsed;
  if (parsed) {
    value.error("must be more than 0");
  } else if (parsed.error() == Error::too_large) {
    value.error(quoted(*text) + " is longer than 100 years");
  } else {
    value.mismatch(rule.example, *text, duration_meant(*text, rule.bare_unit, rule.may_be_zero));
  }
  return std::nullopt;
}

/// The network that an address with bits beyond its prefix lies in: `, did you mean "10.0.0.0/8"?`.
std::string network_meant(const std::string& text) {
  const std::size_t slash = text.find('/');
  std::array<unsigned char, 16> bits{};
  const std::string address = text.substr(0, slash);
  const int family = address.find(':') == address.npos ? AF_INET : AF_INET6;
  if (slash == text.npos || ::inet_pton(family, address.c_str(), bits.data()) != 1) return {};
  unsigned prefix = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, prefix);
  const unsigned most = family == AF_INET ? 32 : 128;
  if (error != std::errc{} || stop != end || prefix > most) return {};
  for (unsigned bit = prefix; bit < most; ++bit) {
    bits[bit / 8] = static_cast<unsigned char>(bits[bit / 8] & ~(0x80u >> bit % 8));
  }
  std::array<char, INET6_ADDRSTRLEN> network{};
  if (::inet_ntop(family, bits.data(), network.data(), network.size()) == nullptr) return {};
  return ", did you mean " + quoted(std::string(network.data()) + text.substr(slash)) + "?";
}

/// `honor or ignore`; `trace, debug or info`.
std::string enumeration(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace

std::optional<Milliseconds> duration(const Value& value) {
  return read_duration(value, {});
}

std::optional<Milliseconds> positive_duration(const Value& value) {
  return read_duration(value, {.may_be_zero = false});
}

std::optional<Milliseconds> brief_duration(const Value& value) {
  return read_duration(value, {.may_be_zero = false, .example = brief_example, .bare_unit = "ms"});
}

std::optional<std::uint64_t> size(const Value& value) {
  const std::optional<std::string> text = value.text(size_example);
  if (!text) return std::nullopt;
  const Result<std::uint64_t> parsed = parse_size(*text);
  if (parsed) return *parsed;
  value.mismatch(size_example, *text, size_meant(*text));
  return std::nullopt;
}

std::optional<std::uint64_t> number(const Value& value, std::uint64_t least, std::uint64_t most,
                                    std::string_view called) {
  const std::string expected =
      std::string(called) + " from " + std::to_string(least) + " to " + std::to_string(most);
  const std::optional<std::string> text = value.text(expected);
  if (!text) return std::nullopt;
  std::uint64_t read = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, read);
  if (error == std::errc{} && stop == end && read >= least && read <= most) return read;
  value.mismatch(expected, *text, number_meant(*text, least, most));
  return std::nullopt;
}

std::optional<bool> on_off(const Value& value) {
  const std::optional<std::string> text = value.text("on or off");
  if (!text) return std::nullopt;
  for (const std::string_view word : {"on", "true", "yes"}) {
    if (equal_ignoring_case(*text, word)) return true;
  }
  for (const std::string_view word : {"off", "false", "no"}) {
    if (equal_ignoring_case(*text, word)) return false;
  }
  value.mismatch("on or off", *text,
                 word_meant(*text, std::vector<std::string>{"on", "off", "true", "false", "yes", "no"}));
  return std::nullopt;
}

std::optional<AddressSet> addresses(const Value& value) {
  AddressSet set;
  const auto texts = list_of(
      value, "a list of addresses such as [\"10.0.0.0/8\"]", [&](const Value& item, const std::string& text) {
        if (set.add(text)) return true;
        item.mismatch("an address or a network such as \"10.0.0.0/8\", with no bits beyond its prefix", text,
                      network_meant(text));
        return false;
      });
  if (!texts) return std::nullopt;
  return set;
}

std::optional<std::string> any_text(const Value& value) {
  return value.text("a text");
}

std::optional<std::string> file_path(const Value& value) {
  std::optional<std::string> path = any_text(value);
  if (path) value.source().add_named_file(value.where(), value.node().place(), *path);
  return path;
}

std::optional<std::size_t> choose(const Value& value, const std::vector<std::string>& words) {
  if (const std::string_view only = only_item(value); std::ranges::find(words, only) != words.end()) {
    value.error("expected " + enumeration(words) + ", found a list, did you mean " + quoted(only) + "?");
    return std::nullopt;
  }
  const std::optional<std::string> text = value.text(enumeration(words));
  if (!text) return std::nullopt;
  const auto found = std::ranges::find(words, *text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  value.mismatch(enumeration(words), *text, word_meant(*text, words));
  return std::nullopt;
}

std::string_view only_item(const Value& value) {
  const std::vector<Node>& items = value.node().items();
  return items.size() == 1 ? std::string_view(items.front().text()) : std::string_view();
}

bool refuse_no_list(const Value& value, std::string_view expected, bool may_be_empty) {
  const std::string instead = may_be_empty ? ": leave it out, or write []" : ": leave it out";
  if (const std::string_view only = only_item(value); is_none_word(only)) {
    value.error(quoted(only) + " would be taken for a name" + instead);
  } else if (value.is_list()) {
    return false;
  } else if (value.is_scalar()) {
    const std::string& text = value.node().text();
    value.mismatch(expected, text, is_none_word(text) ? instead : list_meant(text));
  } else {
    value.mismatch(expected);
  }
  return true;
}

void refuse_repeated(const std::vector<Value>& items, const std::vector<std::string>& texts) {
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!seen.insert(texts[i]).second) items[i].error(quoted(texts[i]) + " is listed twice");
  }
}

bool has_control_byte(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace larder::config
