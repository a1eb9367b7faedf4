#include "sitemap.hpp"

#include <expat.h>
#include <memory>
#include <type_traits>

namespace larder::warm {
namespace {

/// With the space around it; anything longer is cut.
constexpr std::size_t longest_text = 2 * longest_url;

/// What the parser reports, element by element. Only `<url><loc>` and `<sitemap><loc>` count: extensions put
/// other elements of that name elsewhere.
struct Reading {
  XML_Parser parser;
  std::size_t most;
  Sitemap found;
  std::vector<std::string> open;  // the enclosing elements
  std::string text;               // of the current `loc`
  bool is_full = false;

  std::vector<std::string>* list() {
    if (open.size() < 2 || open.back() != "loc") return nullptr;
    const std::string& parent = open[open.size() - 2];
    if (parent == "url") return &found.pages;
    return parent == "sitemap" ? &found.sitemaps : nullptr;
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

/// A document type can declare entities, which a sitemap does not need.
void XMLCALL refuse(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  XML_StopParser(static_cast<Reading*>(data)->parser, XML_FALSE);
}

}  // namespace

std::optional<Sitemap> parse_sitemap(std::string_view xml, std::size_t most) {
  const std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)> parser(
      XML_ParserCreate(nullptr), &XML_ParserFree);
  if (parser == nullptr || most == 0) return std::nullopt;
  Reading reading{.parser = parser.get(), .most = most};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), begin, end);
  XML_SetCharacterDataHandler(parser.get(), text);
  XML_SetStartDoctypeDeclHandler(parser.get(), refuse);
  const XML_Status status = XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE);
  if (status != XML_STATUS_OK && !reading.is_full) return std::nullopt;
  return std::move(reading.found);
}

}  // namespace larder::warm
