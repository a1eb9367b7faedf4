#include "pages.hpp"

#include "hot_list.hpp"
#include "sitemap.hpp"
#include "yield.hpp"

#include <larder/base/units.hpp>

#include <set>

namespace larder::warm {
namespace {

constexpr std::size_t most_sitemaps = 100;
constexpr std::size_t largest_sitemap = 50 << 20;  // sitemaps.org's own bound, decompressed
constexpr int most_redirections = 5;

/// Pages in the order they came, each once.
class Pages {
 public:
  Pages(const policy::Route& route, const Fetcher& fetcher) : route_(route), fetcher_(fetcher) {}

  bool takes(const http::Target& page) const { return fetcher_.is_of(route_, page); }

  void add(const http::Target& page) {
    if (pages_.size() == most_pages || !takes(page)) return;
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
  Result<http::Target> page = http::resolve(site, http::with_bytes_encoded(url));
  if (!page || page->host != site.host || !http::is_target_text(page->origin_form())) return std::nullopt;
  page->scheme = site.scheme;
  page->port = site.port;
  return *std::move(page);
}

bool is_redirection(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// What a sitemap holds, or in words why it cannot be read.
struct Read {
  std::optional<Sitemap> sitemap{};
  std::string trouble{};
};

Read judged(std::optional<Sitemap> sitemap) {
  if (!sitemap) return {.trouble = "is neither readable XML nor a list of URLs"};
  const bool is_one = sitemap->root.empty() || sitemap->root == "urlset" || sitemap->root == "sitemapindex";
  if (!is_one && sitemap->pages.empty() && sitemap->sitemaps.empty()) {
    return {.trouble = "is no sitemap: its outermost element is " + sitemap->root};
  }
  return {.sitemap = std::move(sitemap)};
}

/// Follows redirections within the site: with another host's pages the cache would have nothing to do.
Task<Read> follow(const policy::Route& route, const Fetcher& fetcher, const http::Target& site,
                  http::Target page) {
  for (int i = 0; i <= most_redirections; ++i) {
    SitemapParser parser(most_pages);
    Fetcher::Take take = [&parser](std::string_view piece) { return parser.take(piece); };
    const Result<Document> document =
        co_await fetcher.read(*route.warm, page, largest_sitemap, std::move(take));
    if (!document) co_return Read{.trouble = "cannot be read: " + document.error().message()};
    if (document->status == 200) co_return judged(parser.finish());
    if (!is_redirection(document->status)) {
      co_return Read{.trouble = "cannot be fetched: " + std::to_string(document->status)};
    }
    const Result<http::Target> location = http::resolve(page, document->location);
    const auto next =
        location ? page_at(site, location->scheme + "://" + location->authority() + location->origin_form())
                 : std::nullopt;
    if (!next)
      co_return Read{.trouble = "leads to another site: " + document->location.substr(0, longest_url)};
    page = *next;
  }
  co_return Read{.trouble = "leads from one place to another without end"};
}

Task<Sitemap> read_sitemap(const policy::Route& route, const Fetcher& fetcher, const http::Target& site,
                           http::Target page, Log& log) {
  const std::string path = page.origin_form();
  Read read = co_await follow(route, fetcher, site, std::move(page));
  if (!read.sitemap) log.warn("warming {}: the sitemap {} {}", route.name, path, read.trouble);
  co_return std::move(read.sitemap).value_or(Sitemap{});
}

/// How many pages sitemaps named, and how many of these were of any use.
struct Named {
  std::size_t all = 0;
  std::size_t of_site = 0;
  std::size_t of_route = 0;
};

void tell_of_strangers(const policy::Route& route, const Named& named, Log& log) {
  const std::string& path = route.warm->sitemap;
  if (named.all == 0) return;
  if (named.of_site == 0) {
    log.warn("warming {}: of {} that the sitemap {} names none is of {}", route.name,
             counted(named.all, "page"), path, route.warm->site);
  } else if (named.of_route == 0) {
    log.warn("warming {}: of {} that the sitemap {} names none is answered by this route", route.name,
             counted(named.all, "page"), path);
  }
}

/// A sitemap, or an index and those that it names, or an index of such (which sitemaps.org has not, but sites
/// have).
class Sitemaps {
 public:
  Sitemaps(const policy::Route& route, const Fetcher& fetcher, const http::Target& site, Pages& pages,
           Log& log)
      : route_(route), fetcher_(fetcher), site_(site), pages_(pages), log_(log) {}

  Task<> add(http::Target first) {
    known_.insert(first.origin_form());
    std::vector<http::Target> level{std::move(first)};
    for (int depth = 0; depth <= most_indexes && !level.empty(); ++depth) {
      std::vector<http::Target> next;
      for (http::Target& page : level) {
        const Sitemap sitemap = co_await read_sitemap(route_, fetcher_, site_, std::move(page), log_);
        co_await add_pages(sitemap);
        note(sitemap, next);
      }
      level = std::move(next);
    }
    tell_of_strangers(route_, named_, log_);
    if (named_.all == 0 && known_.size() > 1) {
      log_.warn("warming {}: none of the {} sitemaps that {} leads to names a page", route_.name,
                known_.size() - 1, route_.warm->sitemap);
    }
    tell_of_left_out(level.size());
  }

 private:
  /// An index may name one.
  static constexpr int most_indexes = 2;

  /// So many pages at a time that requests do not wait for them.
  static constexpr std::size_t at_once = 256;

  Task<> add_pages(const Sitemap& sitemap) {
    for (const std::string& url : sitemap.pages) {
      if (++named_.all % at_once == 0) co_await yield();
      const auto page = page_at(site_, url);
      if (!page) continue;
      ++named_.of_site;
      if (pages_.takes(*page)) ++named_.of_route;
      pages_.add(*page);
    }
  }

  /// What an index names, each once and no more than are read.
  void note(const Sitemap& index, std::vector<http::Target>& next) {
    for (const std::string& url : index.sitemaps) {
      std::optional<http::Target> page = page_at(site_, url);
      if (!page || known_.contains(page->origin_form())) continue;
      if (known_.size() > most_sitemaps) {
        ++left_out_;
        continue;
      }
      known_.insert(page->origin_form());
      next.push_back(*std::move(page));
    }
  }

  void tell_of_left_out(std::size_t too_deep) const {
    const std::string& path = route_.warm->sitemap;
    if (left_out_ != 0) {
      log_.warn("warming {}: {} leads to more than {} sitemaps; {} of them are not read", route_.name, path,
                most_sitemaps, left_out_);
    }
    if (too_deep != 0) {
      log_.warn(
          "warming {}: {} leads to indexes of indexes of indexes; the {} sitemaps of the last are not read",
          route_.name, path, too_deep);
    }
  }

  const policy::Route& route_;
  const Fetcher& fetcher_;
  const http::Target& site_;
  Pages& pages_;
  Log& log_;
  std::set<std::string> known_;
  Named named_;
  std::size_t left_out_ = 0;
};

Task<> add_sitemap(const policy::Route& route, const Fetcher& fetcher, const http::Target& site, Pages& pages,
                   Log& log) {
  std::optional<http::Target> page = page_at(site, route.warm->sitemap);
  if (!page) co_return;
  Sitemaps sitemaps(route, fetcher, site, pages, log);
  co_await sitemaps.add(*std::move(page));
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
    const std::vector<std::string> urls = co_await records->hottest(hot_list_of(route), rule.hottest);
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
