#include "sitemap.hpp"

#include <larder/base/text.hpp>
#include <larder/http/structured_fields.hpp>

#include <algorithm>
#include <expat.h>
#include <memory>
#include <new>
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
  XML_Parser parser = nullptr;
  std::size_t most = 0;
  Sitemap found{};
  std::vector<std::string> open{};  // the enclosing elements
  std::string text{};               // of the current `loc`
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
constexpr std::size_t longest_root = 64;

void XMLCALL begin_element(void* data, const XML_Char* name, const XML_Char**) {
  Reading& reading = *static_cast<Reading*>(data);
  if (reading.found.root.empty()) {
    const std::string_view whole = name;
    reading.found.root = whole.substr(end_of_prefix(whole)).substr(0, longest_root);
  }
  reading.open.emplace_back(name);
  reading.text.clear();
  if (reading.open.size() > deepest) XML_StopParser(reading.parser, XML_FALSE);
}

void XMLCALL end_element(void* data, const XML_Char*) {
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

void XMLCALL add_text(void* data, const XML_Char* characters, int size) {
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
  return starts_with_ignoring_case(text, "http://") || starts_with_ignoring_case(text, "https://");
}

/// A text of one line, or it is no list. What RFC 3986 has percent-encoded may stand in it as it is read.
bool is_url(std::string_view line) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  return begins_as_url(line) && std::ranges::none_of(line, is_control) && http::structured::is_utf8(line);
}

/// As many bytes as tell a form, behind the space in front.
constexpr std::size_t telling = std::string_view("https://").size();

/// So much space is not in front of a sitemap.
constexpr std::size_t longest_space = 64 * 1024;

}  // namespace

/// An expat parser with what it reports.
struct SitemapParser::Xml {
  explicit Xml(std::size_t most) : parser(XML_ParserCreate(nullptr), &XML_ParserFree) {
    if (parser == nullptr) throw std::bad_alloc();
    reading.parser = parser.get();
    reading.most = most;
    XML_SetUserData(parser.get(), &reading);
    XML_SetElementHandler(parser.get(), begin_element, end_element);
    XML_SetCharacterDataHandler(parser.get(), add_text);
    XML_SetEntityDeclHandler(parser.get(), refuse_entity);
    XML_SetSkippedEntityHandler(parser.get(), refuse_skipped);
  }

  const std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)> parser;
  Reading reading{};
};

SitemapParser::SitemapParser(std::size_t most) : most_(most) {}
SitemapParser::~SitemapParser() = default;

bool SitemapParser::take(std::string_view piece) {
  if (form_ == Form::unknown) {
    beginning_ += piece;
    look_at_beginning(false);
  } else if (form_ == Form::xml) {
    take_xml(piece, false);
  } else if (form_ == Form::list) {
    take_lines(piece);
  }
  return form_ != Form::neither && !is_full();
}

std::optional<Sitemap> SitemapParser::finish() {
  if (form_ == Form::unknown) look_at_beginning(true);
  if (form_ == Form::list && !is_full()) take_line(line_);
  if (form_ == Form::xml && !is_full()) take_xml({}, true);
  if (form_ == Form::list) return std::move(list_);
  return form_ == Form::xml ? std::optional(std::move(xml_->reading.found)) : std::nullopt;
}

bool SitemapParser::is_full() const {
  return form_ == Form::xml ? xml_->reading.is_full : list_.pages.size() >= most_;
}

void SitemapParser::look_at_beginning(bool is_all) {
  const std::string_view content = without_leading_space(beginning_);
  const std::size_t space = beginning_.size() - content.size();
  space_ += space;
  if (space_ > longest_space) {
    form_ = Form::neither;
  } else if (content.size() >= telling || is_all) {
    begin(content);
  } else {
    beginning_.erase(0, space);
  }
}

void SitemapParser::begin(std::string_view content) {
  const bool is_xml = !content.empty() && (content.front() == '<' || !begins_as_url(content));
  if (content.empty() || (is_xml && most_ == 0)) {
    form_ = Form::neither;
  } else if (is_xml) {
    form_ = Form::xml;
    xml_ = std::make_unique<Xml>(most_);
    take_xml(content, false);
  } else {
    form_ = Form::list;
    take_lines(content);
  }
  beginning_ = {};
}

void SitemapParser::take_xml(std::string_view piece, bool is_last) {
  if (is_full()) return;
  const XML_Status status = XML_Parse(xml_->parser.get(), piece.data(), static_cast<int>(piece.size()),
                                      is_last ? XML_TRUE : XML_FALSE);
  if (status != XML_STATUS_OK && !is_full()) form_ = Form::neither;
}

/// sitemaps.org, "Text file": URLs alone, one on each line.
void SitemapParser::take_lines(std::string_view piece) {
  while (!piece.empty() && form_ == Form::list && !is_full()) {
    const std::size_t end = std::min(piece.find('\n'), piece.size());
    // Of a line that is too long enough is kept to see that it is.
    line_ += piece.substr(0, std::min(end, longest_text + 1 - std::min(line_.size(), longest_text + 1)));
    piece.remove_prefix(end);
    if (piece.empty()) return;
    piece.remove_prefix(1);
    take_line(line_);
    line_.clear();
  }
}

void SitemapParser::take_line(std::string_view line) {
  const bool is_cut = line.size() > longest_text;
  const std::string_view url = trimmed(line);
  if (url.empty() && !is_cut) return;
  if (is_cut ? !begins_as_url(url) : !is_url(url)) {
    form_ = Form::neither;
  } else if (url.size() <= longest_url && !is_cut) {
    list_.pages.emplace_back(url);
  }
}

}  // namespace larder::warm
