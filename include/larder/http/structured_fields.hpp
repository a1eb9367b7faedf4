#pragma once

#include <larder/http/field_list.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// Structured field values (RFC 9651, which replaces RFC 8941 and adds dates and display strings).
/// Reading is strict, as section 4.2 requires: a value that breaks any rule is ignored whole.
namespace larder::http::structured {

/// A number with up to three digits after its point (section 3.3.2).
struct Decimal {
  std::int64_t thousandths = 0;
  bool operator==(const Decimal&) const = default;
};

/// Section 3.3.4.
struct Token {
  std::string text;
  bool operator==(const Token&) const = default;
};

/// Section 3.3.5, decoded from base64.
struct ByteSequence {
  std::string bytes;
  bool operator==(const ByteSequence&) const = default;
};

/// Section 3.3.7.
struct Date {
  std::int64_t seconds = 0;  ///< since 1970, negative before
  bool operator==(const Date&) const = default;
};

/// Section 3.3.8, percent-decoded.
struct DisplayString {
  std::string utf8;
  bool operator==(const DisplayString&) const = default;
};

/// Section 3.3: an integer of at most 15 digits, a string of visible ASCII and spaces, and the others.
using BareItem =
    std::variant<std::int64_t, Decimal, std::string, Token, ByteSequence, bool, Date, DisplayString>;

/// In the order in which their keys came first; of equal keys the last one's value (section 3.1.2).
using Parameters = std::vector<std::pair<std::string, BareItem>>;

/// Section 3.3.
struct Item {
  BareItem value;
  Parameters parameters;
  bool operator==(const Item&) const = default;
};

/// Section 3.1.1.
struct InnerList {
  std::vector<Item> items;
  Parameters parameters;
  bool operator==(const InnerList&) const = default;
};

/// A member of a list, or the value of a key.
using Member = std::variant<Item, InnerList>;

/// Section 3.1.
using List = std::vector<Member>;

/// In the order in which their keys came first; of equal keys the last one's value (section 3.2).
using Dictionary = std::vector<std::pair<std::string, Member>>;

/// More than this many members, items of one inner list or parameters of one item are refused. The RFC asks
/// for at least 1024, 256 and 256.
inline constexpr std::size_t most_members = 1024;

/// Read a whole field value; nothing if it breaks a rule. An empty list or dictionary is one, an empty
/// item is not.
std::optional<Item> parse_item(std::string_view text);
std::optional<List> parse_list(std::string_view text);
std::optional<Dictionary> parse_dictionary(std::string_view text);

/// The bare item itself if it is a `Type` without regard to parameters; nullptr if it is another one or
/// an inner list.
template <class Type>
const Type* value_of(const Member& member) {
  const Item* item = std::get_if<Item>(&member);
  return item ? std::get_if<Type>(&item->value) : nullptr;
}

/// Whether `text` is well-formed UTF-8 (RFC 3629, section 4).
bool is_utf8(std::string_view text);

}  // namespace larder::http::structured
