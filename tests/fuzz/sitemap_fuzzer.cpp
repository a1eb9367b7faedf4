// Sitemaps: from any bytes no more is read than wanted, and what was read can be written and is read back the
// same.
#include "fuzz.hpp"
#include "warm/sitemap.hpp"

using namespace larder;
using namespace larder::fuzz;

namespace {

constexpr std::size_t ample = 1'000;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_mark = c == '<' || c == '>' || c == '&' || c == '\r' || c == '\n' || c == '\t';
    if (is_mark) {
      out += "&#" + std::to_string(static_cast<int>(c)) + ';';
    } else {
      out += c;
    }
  }
  return out;
}

std::string write(const warm::Sitemap& sitemap) {
  std::string xml = "<urlset>";
  for (const std::string& url : sitemap.pages) xml += "<url><loc>" + escaped(url) + "</loc></url>";
  for (const std::string& url : sitemap.sitemaps) xml += "<sitemap><loc>" + escaped(url) + "</loc></sitemap>";
  return xml + "</urlset>";
}

std::optional<warm::Sitemap> parse_sitemap(std::string_view content, std::size_t most,
                                           std::size_t piece_size = 1 << 20) {
  warm::SitemapParser parser(most);
  while (!content.empty() && parser.take(content.substr(0, piece_size))) {
    content.remove_prefix(std::min(piece_size, content.size()));
  }
  return parser.finish();
}

void require_sound_urls(const std::vector<std::string>& urls) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  for (const std::string& url : urls) {
    require(!url.empty() && url.size() <= 2048, "a URL has a length that URLs have");
    require(!is_space(url.front()) && !is_space(url.back()), "a URL is trimmed");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(text_of(data, size));
  const std::size_t most = input.byte() % 4;
  const std::optional<warm::Sitemap> all = parse_sitemap(input.rest(), ample);
  const std::optional<warm::Sitemap> some = parse_sitemap(input.rest(), most);
  require(!some || some->pages.size() + some->sitemaps.size() <= most, "no more are read than wanted");
  const std::optional<warm::Sitemap> piecewise = parse_sitemap(input.rest(), ample, 3);
  require(all.has_value() == piecewise.has_value() && (!all || all->pages == piecewise->pages),
          "pieces make no difference");
  if (!all) return 0;
  require_sound_urls(all->pages);
  require_sound_urls(all->sitemaps);
  const std::optional<warm::Sitemap> again = parse_sitemap(write(*all), ample);
  require(again && again->pages == all->pages && again->sitemaps == all->sitemaps,
          "what was read is written and read again as the same");
  return 0;
}
