#include <larder/policy/foreign_notation.hpp>
#include <larder/policy/path_pattern.hpp>

#include <doctest/doctest.h>

using namespace larder::policy;

namespace {

struct Notation {
  const char* text;
  const char* piece;  // nullptr: it is plain here
  const char* meant = "";
};

template <std::size_t Size>
void check_notations(const Notation (&cases)[Size],
                     std::optional<ForeignNotation> (*find)(std::string_view)) {
  for (const auto& [text, piece, meant] : cases) {
    CAPTURE(std::string(text));
    const std::optional<ForeignNotation> found = find(text);
    CHECK(found.has_value() == (piece != nullptr));
    if (!found || piece == nullptr) continue;
    CHECK(found->piece == piece);
    CHECK(found->meant == meant);
  }
}

}  // namespace

TEST_CASE("a path pattern of another router is recognized by its form, and larder's form suggested") {
  const Notation cases[] = {
      {"/api/:id", ":id", "/api/{id}"},
      {"/shops/:shop/products/:id", ":shop", "/shops/{shop}/products/{id}"},
      {"/api/:id?", ":id?", "/api/{id}"},
      {"/api/:id(\\d+)", ":id(\\d+)", "/api/{id}"},
      {"/files/:path*", ":path*", "/files/**"},
      {"/files/:path+/x", ":path+", "/files/{path**}/x"},
      {"/api/:id.json", ":id.json", "/api/*.json"},
      {"/flights/:from-:to", ":from-:to", ""},
      {"/users/<id>", "<id>", "/users/{id}"},
      {"/users/<int:user_id>/posts", "<int:user_id>", "/users/{user_id}/posts"},
      {"/files/<path:name>", "<path:name>", "/files/**"},
      {"/blog/[slug]", "[slug]", "/blog/{slug}"},
      {"/blog/[...slug]", "[...slug]", "/blog/**"},
      {"/blog/[[...slug]]", "[[...slug]]", "/blog/**"},
      {"/api/{id:[0-9]+}", "{id:[0-9]+}", "/api/{id}"},
      {"/api/{id:int}", "{id:int}", "/api/{id}"},
      {"/api/{id?}", "{id?}", "/api/{id}"},
      {"/files/{path...}", "{path...}", "/files/**"},
      {"/files/{*path}", "{*path}", "/files/**"},
      {"/files/{**path}", "{**path}", "/files/**"},
      {"/files/{path:path}", "{path:path}", "/files/**"},
      {"/files/<path:name>/x", "<path:name>", "/files/{name**}/x"},
      {"/files/{path...}/x", "{path...}", "/files/{path**}/x"},
      {"/blog/[...slug]/x", "[...slug]", "/blog/{slug**}/x"},
      {"/flights/{from}-{to}", "{from}-{to}", "/flights/*-*"},
      {"/img/*.{jpg,png}", "*.{jpg,png}", ""},
      {"/a/{b,c}", "{b,c}", ""},
  };
  check_notations(cases, foreign_path_pattern);
}

TEST_CASE(
    "a regular expression, a URL or a query in a path pattern is recognized, and larder's form suggested if "
    "there is one") {
  const Notation cases[] = {
      {"^/api/.*$", "^", "/api/**"},
      {"~ ^/api/", "~", "/api/"},
      {"~* \\.png$", "~*", ""},
      {"/api/.*", ".*", "/api/**"},
      {"/api/.+", ".+", "/api/**"},
      {"/api/(.*)", "(.*)", "/api/**"},
      {"/api/.*/items", ".*", "/api/*/items"},
      {"/api/[^/]+/items", "[^/]+", "/api/*/items"},
      {"/api/\\d+", "\\d+", "/api/*"},
      {"/api/(\\d+)/x", "(\\d+)", "/api/*/x"},
      {"/api/[0-9]+", "[0-9]+", "/api/*"},
      {"/img/.*\\.png", ".*\\.png", "/img/*.png"},
      {"/api/(?P<id>[0-9]+)", "(?P<id>[0-9]+)", "/api/*"},
      {"/api/(a|b)", "(a|b)", ""},
      {"/users$", "$", "/users"},
      {"https://shop.example/api/**", "https://shop.example", "/api/**"},
      {"//shop.example/api", "//shop.example", "/api"},
      {"api/**", "api/**", "/api/**"},
      {"*", "*", "/**"},
      {"**", "**", "/**"},
      {"/api?page=*", "?page=*", "/api"},
      {"/api**", "api**", "/api/**"},
      {"/api/***", "***", "/api/**"},
      {"/api/****/x", "****", "/api/**/x"},
      {"/api/**/", "/", "/api/**"},
  };
  check_notations(cases, foreign_path_pattern);
}

TEST_CASE("what a path may contain is not another notation") {
  const Notation cases[] = {
      {"/", nullptr},
      {"/**", nullptr},
      {"/api/*", nullptr},
      {"/img/*.png", nullptr},
      {"/api/{id}/**", nullptr},
      {"/files/{id}.json", nullptr},
      {"/files/{name**}", nullptr},
      {"/v2/{name**}/manifests/{ref}", nullptr},
      {"/a/**/b", nullptr},
      {"/**/*.png", nullptr},
      {"/v1/projects:undelete", nullptr},
      {"/a/:8080", nullptr},
      {"/Products(5)", nullptr},
      {"/Products(*)", nullptr},
      {"/$metadata", nullptr},
      {"/c++/x", nullptr},
      {"/~user/", nullptr},
      {"/a.b*", nullptr},
      {"/report.*", nullptr},
      {"/@scope%2fpkg", nullptr},
      {"/.well-known/**", nullptr},
  };
  check_notations(cases, foreign_path_pattern);
}

TEST_CASE("a regular expression in a list of names is recognized, and the matching glob suggested") {
  const Notation cases[] = {
      {"^wp_", "^", "wp_*"},      {"^wp_.*$", "^", "wp_*"},
      {"_id$", "$", "*_id"},      {"^lang$", "^", "lang"},
      {"_ga|_gid", "|", ""},      {"utm_.*", "_.*", "utm_*"},
      {".*_id", ".*", "*_id"},    {"utm_\\w+", "\\", "utm_*"},
      {"p[0-9]+", "[0-9", "p*"},  {"utm_?", "?", ""},
      {"utm_*", nullptr},         {"_sp_id.*", nullptr},
      {".AspNetCore.*", nullptr}, {"filter[created-at]", nullptr},
      {"filter[*]", nullptr},     {"ids[]", nullptr},
      {"$filter", nullptr},       {"*", nullptr},
  };
  check_notations(cases, foreign_glob);
}
