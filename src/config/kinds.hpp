#pragma once

#include "expand.hpp"
#include "scalars.hpp"
#include "schema.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The kinds of values that keys have (keys.hpp).

namespace larder::config {

/// A text as YAML, in which no variable is seen.
inline Node text_node(std::string_view text) {
  return Node(escape_variables(text));
}

/// Texts in one line.
Node list_node(const std::vector<std::string>& texts);

/// The same, but a single one stands for itself.
Node one_or_list(const std::vector<std::string>& texts);

template <class T>
struct Scalar {
  std::optional<T> (*reader)(const Value& value);
  std::string (*text)(const T& value);
  json::object (*shape)();

  std::optional<T> read(const Value& value) const { return reader(value); }
  Node write(const T& value) const { return text_node(text(value)); }
  json::object schema() const { return shape(); }
};

extern const Scalar<Milliseconds> a_duration;
extern const Scalar<Milliseconds> a_positive_duration;
extern const Scalar<Milliseconds> a_brief_duration;  ///< usually of some milliseconds
extern const Scalar<std::uint64_t> a_size;
extern const Scalar<bool> a_switch;
extern const Scalar<std::string> a_text;
extern const Scalar<std::string> a_file;  ///< empty: none

/// A text that is shown as "***".
extern const Scalar<std::string> a_secret;

std::string same_text(const std::string& text);

/// A size within bounds, which `demand` words.
struct BoundedSize {
  std::uint64_t least;
  std::uint64_t most;
  std::string_view demand;
  bool or_none = false;  ///< 0 too

  std::optional<std::uint64_t> read(const Value& value) const;
  Node write(std::uint64_t bytes) const { return a_size.write(bytes); }
  json::object schema() const { return a_size.schema(); }
};

/// A list of addresses and networks.
struct Addresses {
  std::optional<AddressSet> read(const Value& value) const { return addresses(value); }
  Node write(const AddressSet& set) const { return list_node(set.texts()); }
  json::object schema() const { return list_schema(any_text_schema()); }
};

template <class T>
struct Number {
  std::uint64_t least;
  std::uint64_t most = 1'000'000;
  std::string_view called = "a number";

  std::optional<T> read(const Value& value) const {
    const std::optional<std::uint64_t> read = number(value, least, most, called);
    return read ? std::optional(static_cast<T>(*read)) : std::nullopt;
  }

  Node write(T value) const { return text_node(std::to_string(value)); }
  json::object schema() const { return number_schema(least, most); }
};

/// `auto`, which is 0, or what the kind says.
template <class Kind>
struct AutoOr {
  Kind kind;

  std::optional<std::uint64_t> read(const Value& value) const {
    if (value.is_scalar() && value.node().text() == "auto") return 0;
    return kind.read(value);
  }

  Node write(std::uint64_t value) const { return value == 0 ? text_node("auto") : kind.write(value); }

  json::object schema() const {
    return either_schema(words_schema(std::vector<std::string>{"auto"}), kind.schema());
  }
};

/// One of some words, each with its meaning.
template <class T>
struct Choices {
  std::vector<Choice<T>> choices;

  std::optional<T> read(const Value& value) const { return one_of<T>(value, choices); }

  Node write(const T& value) const {
    const auto found = std::ranges::find(choices, value, &Choice<T>::meaning);
    return found == choices.end() ? Node() : text_node(found->word);
  }

  json::object schema() const { return words_schema(words_of<T>(choices)); }
};

/// A list of texts, none twice. `expected` is for messages; `check` says whether a text is as it should be
/// and reports if not.
struct Texts {
  std::string_view expected;
  bool (*check)(const Value& item, const std::string& text);
  bool may_be_empty = true;

  std::optional<std::vector<std::string>> read(const Value& value) const;
  Node write(const std::vector<std::string>& texts) const { return list_node(texts); }
  json::object schema() const;
};

}  // namespace larder::config
