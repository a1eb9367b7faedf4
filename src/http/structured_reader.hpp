#pragma once

#include <larder/http/structured_fields.hpp>

#include <optional>
#include <string_view>

namespace larder::http::structured {

/// Takes parts off the front of a field value. If nothing comes back, reading the value has failed, and
/// what is left of it means nothing.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  void skip_spaces() { skip(" "); }
  void skip_blanks() { skip(" \t"); }  ///< OWS

  /// Takes `c` off if it is next.
  bool take(char c);

  std::optional<std::string> key();            ///< RFC 9651, section 4.2.3.3
  std::optional<BareItem> bare_item();         ///< section 4.2.3.1
  std::optional<Parameters> parameters();      ///< section 4.2.3.2
  std::optional<Item> item();                  ///< section 4.2.3
  std::optional<InnerList> inner_list();       ///< section 4.2.1.2
  std::optional<Member> item_or_inner_list();  ///< section 4.2.1.1

 private:
  void skip(std::string_view bytes);

  /// Takes off all bytes at the front for which `wanted` holds.
  template <class Predicate>
  std::string_view take_while(Predicate wanted);

  std::optional<BareItem> number();               ///< section 4.2.4
  std::optional<std::string> string();            ///< section 4.2.5
  Token token();                                  ///< section 4.2.6
  std::optional<ByteSequence> byte_sequence();    ///< section 4.2.7
  std::optional<bool> boolean();                  ///< section 4.2.8
  std::optional<Date> date();                     ///< section 4.2.9
  std::optional<DisplayString> display_string();  ///< section 4.2.10

  std::string_view rest_;
};

/// Undoes base64 (RFC 4648, section 4); its padding may be missing but not be wrong, and bits left over at
/// the end are not looked at (RFC 9651, section 4.2.7). Nothing for anything else.
std::optional<std::string> base64_decoded(std::string_view text);

}  // namespace larder::http::structured
