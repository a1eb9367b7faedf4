#include "pages.hpp"

#include "sitemap.hpp"

#include <set>

namespace larder::warm {
namespace {

constexpr std::size_t most_sitemaps = 100;
constexpr std::size_t largest_sitemap = 50 << 20;  // sitemaps.org's own bound

/// Pages in the order they came, each once.
class Pages {
 public:
  Pages(const policy::Route& route, const Fetcher& fetcher) : route_(route), fetcher_(fetcher) {}

  void add(const http::Target& page) {
    if (pages_.size() == most_pages || !fetcher_.is_of(route_, page)) return;
    if (known_.insert(page.scheme + "://" + page.authority() + page.origin_form()).second) {
      pages_.push_back(page);
    }
  }

  std::vector<http::Target> take() { return std::move(pages_); }

 private:
  const policy::Route& route_;
  const Fetcher& fetcher_;
  std::vector<http::Target> pages_;
  std::set<std::string> known_;
};

/// The top of the site, which config has checked. A rule without one names only whole URLs.
http::Target site_of(const policy::WarmRule& rule) {
  http::Target site;
  site.scheme = "http";
  site.path = "/";
  const std::size_t colon = rule.site.find("://");
  if (colon == std::string::npos) return site;
  site.scheme = rule.site.substr(0, colon);
  const Result<http::Authority> authority =
      http::parse_authority(std::string_view(rule.site).substr(colon + 3), site.scheme);
  if (authority) site.host = authority->host, site.port = authority->port;
  return site;
}

/// A page of the site itself: scheme and port may be those of a front end before us.
std::optional<http::Target> page_at(const http::Target& site, std::string_view url) {
  Result<http::Target> page = http::resolve(site, url);
  if (!page || page->host != site.host || !http::is_target_text(page->origin_form())) return std::nullopt;
  page->scheme = site.scheme;
  page->port = site.port;
  return *std::move(page);
}

Task<Sitemap> read_sitemap(const policy::Route& route, const Fetcher& fetcher, http::Target page, Log& log) {
  const std::string path = page.origin_form();
  const Result<std::string> xml = co_await fetcher.read(*route.warm, std::move(page), largest_sitemap);
  std::optional<Sitemap> sitemap;
  if (xml) sitemap = parse_sitemap(*xml, most_pages);
  if (!sitemap) {
    log.warn("warming {}: the sitemap {} {}", route.match, path,
             xml ? std::string("is not readable XML") : "cannot be fetched: " + xml.error().message());
  }
  co_return std::move(sitemap).value_or(Sitemap{});
}

/// The sitemap, and if it is an index, those that it names.
Task<> add_sitemap(const policy::Route& route, const Fetcher& fetcher, const http::Target& site, Pages& pages,
                   Log& log) {
  std::optional<http::Target> page = page_at(site, route.warm->sitemap);
  if (!page) co_return;
  const Sitemap first = co_await read_sitemap(route, fetcher, *std::move(page), log);
  const auto add_pages = [&](const Sitemap& sitemap) {
    for (const std::string& url : sitemap.pages) {
      if (const auto one = page_at(site, url)) pages.add(*one);
    }
  };
  add_pages(first);
  std::size_t left = most_sitemaps;
  for (const std::string& url : first.sitemaps) {
    std::optional<http::Target> next = page_at(site, url);
    if (left-- == 0) break;
    if (!next) continue;
    const Sitemap further = co_await read_sitemap(route, fetcher, *std::move(next), log);
    add_pages(further);
  }
}

}  // namespace

Task<std::vector<http::Target>> pages_of(const policy::Route& route, const Fetcher& fetcher,
                                         store::WarmRecords* records, Log& log) {
  const policy::WarmRule& rule = *route.warm;
  const http::Target site = site_of(rule);
  Pages pages(route, fetcher);
  for (const std::string& url : rule.urls) {
    if (const auto page = page_at(site, url)) pages.add(*page);
  }
  if (rule.hottest != 0 && records != nullptr) {
    const std::vector<std::string> urls = co_await records->hottest(route.match, rule.hottest);
    for (const std::string& url : urls) {
      const Result<http::Target> page = http::resolve(site, url);
      // Clients chose these hosts: what the rule sends to its site must not go to them.
      if (page && !rule.headers.empty() && page->host != site.host) continue;
      if (page && !page->host.empty() && http::is_target_text(page->origin_form())) pages.add(*page);
    }
  }
  if (!rule.sitemap.empty()) co_await add_sitemap(route, fetcher, site, pages, log);
  co_return pages.take();
}

}  // namespace larder::warm
