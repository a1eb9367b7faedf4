#include "scalars.hpp"

#include "suggest.hpp"

#include <larder/base/text.hpp>
#include <larder/base/units.hpp>

#include <algorithm>
#include <charconv>
#include <unordered_set>

namespace larder::config {
namespace {

constexpr std::string_view duration_example = "a duration such as \"30s\"";
constexpr std::string_view size_example = "a size such as \"64MiB\"";

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
  const std::optional<std::string> text = value.text(duration_example);
  if (!text) return std::nullopt;
  const Result<Milliseconds> parsed = parse_duration(*text);
  if (parsed) return *parsed;
  if (parsed.error() == Error::too_large) {
    value.error(quoted(*text) + " is longer than 100 years");
  } else {
    value.mismatch(duration_example, *text, duration_meant(*text));
  }
  return std::nullopt;
}

std::optional<Milliseconds> positive_duration(const Value& value) {
  const std::optional<Milliseconds> parsed = duration(value);
  if (!parsed || parsed->count() > 0) return parsed;
  value.error("must be more than 0");
  return std::nullopt;
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
  value.mismatch(expected, *text);
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
                 did_you_mean(*text, std::vector<std::string>{"on", "off", "true", "false", "yes", "no"}));
  return std::nullopt;
}

std::optional<AddressSet> addresses(const Value& value) {
  AddressSet set;
  const auto texts = list_of(
      value, "a list of addresses such as [\"10.0.0.0/8\"]", [&](const Value& item, const std::string& text) {
        if (set.add(text)) return true;
        item.mismatch("an address or a network such as \"10.0.0.0/8\", with no bits beyond its prefix", text);
        return false;
      });
  if (!texts) return std::nullopt;
  return set;
}

std::optional<std::string> any_text(const Value& value) {
  return value.text("a text");
}

std::optional<std::size_t> choose(const Value& value, const std::vector<std::string>& words) {
  const std::optional<std::string> text = value.text(enumeration(words));
  if (!text) return std::nullopt;
  const auto found = std::ranges::find(words, *text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  value.mismatch(enumeration(words), *text, did_you_mean(*text, words));
  return std::nullopt;
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
