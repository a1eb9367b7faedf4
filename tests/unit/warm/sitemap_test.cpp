#include "warm/sitemap.hpp"

#include <doctest/doctest.h>

namespace larder::sitemap_test {

using larder::warm::Sitemap;
using larder::warm::SitemapParser;

namespace {

using Urls = std::vector<std::string>;

/// In pieces of that size, and whether that makes a difference.
std::optional<Sitemap> parse_sitemap(std::string_view content, std::size_t most) {
  SitemapParser whole(most);
  whole.take(content);
  std::optional<Sitemap> sitemap = whole.finish();
  for (const std::size_t size : {1, 2, 7}) {
    CAPTURE(size);
    SitemapParser parser(most);
    for (std::string_view rest = content; !rest.empty(); rest.remove_prefix(std::min(size, rest.size()))) {
      const std::string piece(rest.substr(0, size));
      if (!parser.take(piece)) break;
    }
    const std::optional<Sitemap> same = parser.finish();
    REQUIRE(same.has_value() == sitemap.has_value());
    if (!same) continue;
    CHECK(same->pages == sitemap->pages);
    CHECK(same->sitemaps == sitemap->sitemaps);
  }
  return sitemap;
}

Sitemap parsed(std::string_view xml, std::size_t most = 100) {
  std::optional<Sitemap> sitemap = parse_sitemap(xml, most);
  REQUIRE(sitemap);
  return *std::move(sitemap);
}

}  // namespace

TEST_CASE("a sitemap's pages are read, whatever else it says about them") {
  const Sitemap sitemap = parsed(R"(<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <url>
    <loc>
      http://shop.example/a?b=1&amp;c=%20
    </loc>
    <lastmod>2026-11-21</lastmod>
    <image:image><image:loc>http://shop.example/a.png</image:loc><loc>http://no</loc></image:image>
  </url>
  <!-- <url><loc>http://commented.out</loc></url> -->
  <url><loc><![CDATA[/b]]></loc></url>
  <url><loc/></url>
  <loc>http://nowhere</loc>
</urlset>)");
  CHECK(sitemap.pages == Urls{"http://shop.example/a?b=1&c=%20", "/b"});
  CHECK(sitemap.sitemaps.empty());
}

TEST_CASE("a sitemap is read as real sites have it") {
  const std::string plain = "<urlset><url><loc>http://shop.test/a</loc></url></urlset>";
  const std::string declared = "<?xml version=\"1.0\"?>" + plain;
  const std::string mark = "\xEF\xBB\xBF";
  for (const std::string& content :
       {plain, declared, "\n" + declared, "\r\n\r\n  " + declared, mark + declared, mark + "\n" + declared,
        "\n" + mark + declared, "<!DOCTYPE urlset>" + plain,
        "<?xml version=\"1.0\"?>\n<!DOCTYPE urlset PUBLIC \"-//x//y\" \"http://x.test/sitemap.dtd\">" + plain,
        "<!DOCTYPE urlset [<!ELEMENT urlset (url*)>]>" + plain,
        std::string(
            "<sm:urlset xmlns:sm=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><sm:url><sm:loc>"
            "http://shop.test/a</sm:loc><loc>/other</loc></sm:url><url><loc>/x</loc></url></sm:urlset>"),
        std::string("http://shop.test/a"), "\n" + mark + "http://shop.test/a\r\n\r\n"}) {
    CAPTURE(content);
    CHECK(parsed(content).pages == Urls{"http://shop.test/a"});
  }
  CHECK(parsed("http://shop.test/a\nHTTPS://shop.test/b\n\nhttp://shop.test/c", 2).pages ==
        Urls{"http://shop.test/a", "HTTPS://shop.test/b"});
  CHECK(parsed("<s:sitemapindex xmlns:s=\"x\"><s:sitemap><s:loc>/1.xml</s:loc></s:sitemap></s:sitemapindex>")
            .sitemaps == Urls{"/1.xml"});
}

TEST_CASE("an index names further sitemaps") {
  const Sitemap sitemap = parsed(
      "<sitemapindex><sitemap><loc>/1.xml</loc></sitemap><sitemap><loc>/2.xml</loc></sitemap></"
      "sitemapindex>");
  CHECK(sitemap.pages.empty());
  CHECK(sitemap.sitemaps == Urls{"/1.xml", "/2.xml"});
}

TEST_CASE("only as many URLs are read as wanted, and none that is too long") {
  std::string xml = "<urlset><url><loc>/" + std::string(3000, 'x') + "</loc></url>";
  for (int i = 0; i < 50; ++i) xml += "<url><loc>/" + std::to_string(i) + "</loc></url>";
  CHECK(parsed(xml + "</urlset>").pages.size() == 50);
  CHECK(parsed(xml + "</urlset>", 3).pages == Urls{"/0", "/1", "/2"});
  CHECK_FALSE(parse_sitemap(xml, 100));
}

TEST_CASE("part of a URL after much whitespace is not taken for the URL") {
  const std::string space(4090, ' ');
  const std::string url = "<url><loc>" + space + "http://shop.test/a?b=1&amp;c=2</loc></url>";
  CHECK(parsed("<urlset>" + url + "<url><loc>/b</loc></url></urlset>").pages == Urls{"/b"});
}

TEST_CASE("what is not a sitemap is refused") {
  for (const char* xml :
       {"", "not xml", "<urlset>", "<urlset></other>", "{\"a\": 1}", "<a>&undefined;</a>",
        "<!DOCTYPE a [<!ENTITY x \"y\">]><urlset><url><loc>&x;</loc></url></urlset>",
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><urlset><url><loc>/a&x;b</loc></url></urlset>",
        "http://shop.test/a\nnot a URL\n", "http://shop.test/\xff", "http://shop.test/\x01"}) {
    CAPTURE(xml);
    CHECK_FALSE(parse_sitemap(xml, 100));
  }
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  CHECK_FALSE(parse_sitemap(deep, 100));
  CHECK(parsed("<html><body>hello</body></html>").pages.empty());
  CHECK(parsed("<html><body>hello</body></html>").root == "html");
  CHECK(parsed("<a:feed xmlns:a=\"http://www.w3.org/2005/Atom\"/>").root == "feed");
  CHECK_FALSE(parse_sitemap(std::string(70'000, ' ') + "<urlset/>", 100).has_value());
}

TEST_CASE("URLs as people write them are read as they stand") {
  CHECK(parsed("<urlset><url><loc>/caf\xC3\xA9</loc></url><url><loc>/a b</loc></url></urlset>").pages ==
        Urls{"/caf\xC3\xA9", "/a b"});
  CHECK(parsed("http://h/caf\xC3\xA9\nhttp://h/a b\n").pages == Urls{"http://h/caf\xC3\xA9", "http://h/a b"});
  CHECK(parsed("http://h/a\nhttp://h/" + std::string(5000, 'x') + "\nhttp://h/b").pages ==
        Urls{"http://h/a", "http://h/b"});
}

}  // namespace larder::sitemap_test
