#pragma once

#include "value.hpp"

#include <larder/base/address_set.hpp>
#include <larder/base/clock.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace larder::config {

/// A duration such as `30s`.
std::optional<Milliseconds> duration(const Value& value);

/// A duration of more than no time.
std::optional<Milliseconds> positive_duration(const Value& value);

/// The same of some milliseconds at the most.
std::optional<Milliseconds> brief_duration(const Value& value);

/// A size such as `64MiB`, in bytes.
std::optional<std::uint64_t> size(const Value& value);

/// A number from `least` to `most`; `called` is for messages: "a number of replicas".
std::optional<std::uint64_t> number(const Value& value, std::uint64_t least, std::uint64_t most,
                                    std::string_view called);

/// `on`, `true`, `yes`, or `off`, `false`, `no`.
std::optional<bool> on_off(const Value& value);

/// A list of addresses and networks, as `10.0.0.0/8`.
std::optional<AddressSet> addresses(const Value& value);

/// Any text, an empty one too.
std::optional<std::string> any_text(const Value& value);

/// The path of a file, or an empty text; it is noted in the source.
std::optional<std::string> file_path(const Value& value);

/// The position of the scalar among `words`.
std::optional<std::size_t> choose(const Value& value, const std::vector<std::string>& words);

/// A word and what it stands for.
template <class T>
struct Choice {
  std::string_view word;
  T meaning;
};

template <class T>
std::vector<std::string> words_of(std::span<const Choice<T>> choices) {
  std::vector<std::string> words;
  for (const Choice<T>& choice : choices) words.emplace_back(choice.word);
  return words;
}

/// What the scalar, one of the words, stands for.
template <class T>
std::optional<T> one_of(const Value& value, std::span<const Choice<T>> choices) {
  const std::optional<std::size_t> position = choose(value, words_of(choices));
  if (!position) return std::nullopt;
  return choices[*position].meaning;
}

/// The text that is all of a list; empty if the value is no such list.
std::string_view only_item(const Value& value);

/// Whether the value is no list, or one that holds a word for nothing; that is reported.
bool refuse_no_list(const Value& value, std::string_view expected, bool may_be_empty);

/// Reports each text that stands in a list more than once; `items` and `texts` go in step.
void refuse_repeated(const std::vector<Value>& items, const std::vector<std::string>& texts);

/// A list of texts, none twice; `check(item, text)` says whether it is as it should be and reports if not.
/// `expected` is for messages: "a list of header names".
template <class Check>
std::optional<std::vector<std::string>> list_of(const Value& value, std::string_view expected, Check check,
                                                bool may_be_empty = true) {
  if (refuse_no_list(value, expected, may_be_empty)) return std::nullopt;
  std::vector<Value> items;
  std::vector<std::string> texts;
  for (const Value& item : value.items()) {
    const std::optional<std::string> text = item.text("a text");
    if (!text || !check(item, *text)) continue;
    items.push_back(item);
    texts.push_back(*text);
  }
  refuse_repeated(items, texts);
  return texts;
}

/// Whether the text holds a control byte.
bool has_control_byte(std::string_view text);

}  // namespace larder::config
