#include "sitemap.hpp"

#include <larder/base/text.hpp>

#include <algorithm>
#include <expat.h>
#include <memory>
#include <type_traits>

namespace larder::warm {
namespace {

/// With the space around it; anything longer is cut.
constexpr std::size_t longest_text = 2 * longest_url;

/// Where a name goes on behind its prefix: `sm:` of "sm:loc".
std::size_t end_of_prefix(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == name.npos ? 0 : colon + 1;
}

/// What the parser reports, element by element. Only `<url><loc>` and `<sitemap><loc>` count: extensions put
/// other elements of that name elsewhere, and with a prefix that the outermost element does not have.
struct Reading {
  XML_Parser parser;
  std::size_t most;
  Sitemap found;
  std::vector<std::string> open;  // the enclosing elements
  std::string text;               // of the current `loc`
  bool is_full = false;

  std::vector<std::string>* list() {
    if (open.size() < 2 || !is(open.back(), "loc")) return nullptr;
    const std::string& parent = open[open.size() - 2];
    if (is(parent, "url")) return &found.pages;
    return is(parent, "sitemap") ? &found.sitemaps : nullptr;
  }

  bool is(std::string_view element, std::string_view name) const {
    const std::string_view outermost = open.front();
    const std::string_view prefix = outermost.substr(0, end_of_prefix(outermost));
    return element.starts_with(prefix) && element.substr(prefix.size()) == name;
  }
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t from = text.find_first_not_of(space);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(space) - from + 1);
}

constexpr std::size_t deepest = 16;

void XMLCALL begin(void* data, const XML_Char* name, const XML_Char**) {
  Reading& reading = *static_cast<Reading*>(data);
  reading.open.emplace_back(name);
  reading.text.clear();
  if (reading.open.size() > deepest) XML_StopParser(reading.parser, XML_FALSE);
}

void XMLCALL end(void* data, const XML_Char*) {
  Reading& reading = *static_cast<Reading*>(data);
  if (std::vector<std::string>* list = reading.list()) {
    const std::string_view url = trimmed(reading.text);
    const bool is_whole = reading.text.size() <= longest_text;
    if (is_whole && !url.empty() && url.size() <= longest_url) list->emplace_back(url);
    reading.is_full = reading.found.pages.size() + reading.found.sitemaps.size() >= reading.most;
    if (reading.is_full) XML_StopParser(reading.parser, XML_FALSE);
  }
  reading.open.pop_back();
  reading.text.clear();
}

void XMLCALL text(void* data, const XML_Char* characters, int size) {
  Reading& reading = *static_cast<Reading*>(data);
  if (reading.list() == nullptr || reading.text.size() > longest_text) return;
  reading.text.append(characters, static_cast<std::size_t>(size));
}

/// A document type does no harm until it declares entities, which a sitemap does not need.
void XMLCALL refuse_entity(void* data, const XML_Char*, int, const XML_Char*, int, const XML_Char*,
                           const XML_Char*, const XML_Char*, const XML_Char*) {
  XML_StopParser(static_cast<Reading*>(data)->parser, XML_FALSE);
}

/// One that is declared elsewhere, if at all: a URL would lack a piece.
void XMLCALL refuse_skipped(void* data, const XML_Char*, int) {
  XML_StopParser(static_cast<Reading*>(data)->parser, XML_FALSE);
}

/// A byte order mark, and the empty lines that templates leave before what they write.
std::string_view without_leading_space(std::string_view content) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  while (true) {
    if (content.starts_with(mark)) content.remove_prefix(mark.size());
    const std::size_t begin = std::min(content.find_first_not_of(" \t\r\n"), content.size());
    if (begin == 0 && !content.starts_with(mark)) return content;
    content.remove_prefix(begin);
  }
}

bool begins_as_url(std::string_view text) {
  return equal_ignoring_case(text.substr(0, 7), "http://") ||
         equal_ignoring_case(text.substr(0, 8), "https://");
}

/// RFC 3986, section 2: all but visible ASCII is percent-encoded.
bool is_url(std::string_view line) {
  return begins_as_url(line) &&
         std::all_of(line.begin(), line.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// sitemaps.org, "Text file": URLs alone, one on each line.
std::optional<Sitemap> parse_list(std::string_view content, std::size_t most) {
  Sitemap list;
  while (!content.empty() && list.pages.size() < most) {
    const std::string_view line = trimmed(content.substr(0, content.find('\n')));
    content.remove_prefix(std::min(content.find('\n'), content.size() - 1) + 1);
    if (line.empty()) continue;
    if (!is_url(line)) return std::nullopt;
    if (line.size() <= longest_url) list.pages.emplace_back(line);
  }
  return list;
}

std::optional<Sitemap> parse_xml(std::string_view xml, std::size_t most) {
  const std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)> parser(
      XML_ParserCreate(nullptr), &XML_ParserFree);
  if (parser == nullptr || most == 0) return std::nullopt;
  Reading reading{.parser = parser.get(), .most = most};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), begin, end);
  XML_SetCharacterDataHandler(parser.get(), text);
  XML_SetEntityDeclHandler(parser.get(), refuse_entity);
  XML_SetSkippedEntityHandler(parser.get(), refuse_skipped);
  const XML_Status status = XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE);
  if (status != XML_STATUS_OK && !reading.is_full) return std::nullopt;
  return std::move(reading.found);
}

}  // namespace

std::optional<Sitemap> parse_sitemap(std::string_view content, std::size_t most) {
  content = without_leading_space(content);
  if (content.empty()) return std::nullopt;
  return content.front() == '<' || !begins_as_url(content) ? parse_xml(content, most)
                                                           : parse_list(content, most);
}

}  // namespace larder::warm
