#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace larder::front_door_rows_test {

// Every row of src/http1/README.md, and the tests that show it: this test fails if one of them is renamed or
// removed.

namespace {

struct Row {
  std::string_view row;    ///< how its first cell begins
  std::string_view file;   ///< under tests/
  std::string_view title;  ///< of a test case in it, or how it begins
};

constexpr Row rows[] = {
    // Measured on Boost.Beast's parser.
    {"`Transfer-Encoding: gzip`", "unit/http1/front_door_test.cpp",
     "row Transfer-Encoding: exactly one, exactly chunked"},
    {"`Transfer-Encoding: gzip`", "integration/front_door_test.cpp",
     "Transfer-Encoding is exactly chunked, once"},
    {"`Transfer-Encoding: gzip`", "unit/http1/front_door_test.cpp", "row Transfer-Encoding in a response"},
    {"`Transfer-Encoding` then", "unit/http1/front_door_test.cpp",
     "row Transfer-Encoding and Content-Length: 400 in either order"},
    {"HTTP/1.0 with", "unit/http1/front_door_test.cpp", "row HTTP/1.0 with Transfer-Encoding: 400"},
    {"`Content-Length` twice", "unit/http1/front_door_test.cpp", "row Content-Length: one"},
    {"`Content-Length` twice", "integration/front_door_test.cpp", "Content-Length is one decimal number"},
    {"no `Host`", "unit/http1/front_door_test.cpp",
     "row Host: none, two, or one that is not an authority: 400"},
    {"no `Host`", "integration/front_door_test.cpp", "There is exactly one Host"},
    {"absolute-form", "unit/http1/front_door_test.cpp", "row absolute-form: its authority replaces Host"},
    {"absolute-form", "integration/front_door_test.cpp", "An absolute-form target's authority replaces Host"},
    {"`#fragment`", "unit/http1/front_door_test.cpp",
     "row target: fragment, bytes from 0x80 on and control bytes"},
    {"`#fragment`", "integration/front_door_test.cpp", "A target has no fragment"},
    {"obs-fold", "unit/http1/front_door_test.cpp",
     "row obs-fold: 400 in requests, replaced by a space in responses"},
    {"obs-fold", "integration/bad_origin_test.cpp", "A line fold in a response becomes a space"},
    {"trailer fields", "integration/front_door_test.cpp", "Trailer fields are not forwarded"},
    {"trailer fields", "integration/bad_origin_test.cpp", "Trailer fields are dropped"},
    {"response 1xx", "unit/http1/front_door_test.cpp", "row response 1xx: returned as heads of their own"},
    {"response 1xx", "integration/proxying_test.cpp", "An interim response is not the final one"},
    {"response 1xx", "integration/interim_test.cpp", "Every interim response but 100 and 101"},
    {"response 1xx", "integration/interim_test.cpp", "HTTP/1.0 knows no interim responses"},
    {"response 1xx", "unit/origin/interim_rate_test.cpp", "interim responses are bounded by their rate"},
    {"bytes after a response", "unit/http1/front_door_test.cpp", "row Content-Length on 204 and 304"},
    {"bytes after a response", "integration/bad_origin_test.cpp",
     "Bytes after a response are never taken for the next response"},
    {"response with both", "unit/http1/front_door_test.cpp", "row response with a broken framing: refused"},
    {"response with both", "integration/bad_origin_test.cpp", "A malformed response becomes a 502"},
    {"bare LF", "unit/http1/faults_test.cpp", "a response whose lines all end in a bare LF"},
    {"bare LF", "unit/http1/faults_test.cpp", "a response that is refused tells which rule"},
    {"bare LF", "integration/bad_origin_test.cpp", "An origin that ends its lines in a bare LF"},
    // Attacks, and what larder does.
    {"unkeyed-header poisoning", "integration/storing_test.cpp",
     "Fields that are not part of the key do not reach the origin"},
    {"unkeyed-header poisoning", "scenarios/privacy_test.cpp",
     "a field that is not part of the key never reaches"},
    {"unkeyed-header poisoning", "unit/policy/forwarding_test.cpp",
     "what CGI and PHP take for another field is not sent"},
    {"unkeyed-header poisoning", "scenarios/when_test.cpp",
     "no spelling of a field by which routes are chosen"},
    {"key too small or ambiguous", "integration/keys_test.cpp", "A client cannot forge partitions"},
    {"a client that names another address", "unit/policy/trusted_proxies_test.cpp",
     "property: whatever an untrusted client says"},
    {"a client that names another address", "scenarios/fronts_test.cpp",
     "an untrusted client changes neither key nor address nor scheme"},
    {"a client that names another address", "integration/fronts_test.cpp",
     "PROXY protocol: nobody but trusted_proxies may connect"},
    {"httpoxy", "unit/policy/forwarding_test.cpp", "Proxy never reaches the origin"},
    {"cache deception", "unit/policy/request_test.cpp",
     "a path that may be another one to the origin is ambiguous"},
    {"cache deception", "integration/storing_test.cpp",
     "A GET with content and an ambiguous path go to the origin"},
    {"protected routes by another spelling", "integration/front_door_attacks_test.cpp",
     "No spelling of a path bypasses `cache: off`"},
    {"parameter cloaking", "integration/keys_test.cpp", "A parameter that hides another one is kept"},
    {"body on GET", "integration/storing_test.cpp",
     "A GET with content and an ambiguous path go to the origin"},
    {"CPDoS", "integration/front_door_attacks_test.cpp",
     "An error provoked by a request's form is not stored"},
    {"CPDoS", "integration/front_door_attacks_test.cpp",
     "An error does not replace a stored response that can still be"},
    {"CPDoS", "integration/front_door_test.cpp", "Heads beyond the limits get 414 and 431"},
    {"smuggling and desync", "integration/front_door_test.cpp",
     "The origin sees exactly as many requests as the client sent"},
    {"smuggling and desync", "unit/origin/exchange_test.cpp", "a server that answers early gets the rest"},
    {"smuggling and desync", "integration/front_door_attacks_test.cpp", "Expect is answered if allowed"},
    {"bytes after an `Upgrade`", "integration/front_door_attacks_test.cpp",
     "Bytes after an Upgrade are the next request"},
    {"bytes after an `Upgrade`", "integration/websocket_test.cpp",
     "What a client sends after a handshake waits for the 101"},
    {"response splitting", "integration/front_door_attacks_test.cpp",
     "What the cache adds to a response contains no line break from"},
    {"hop-by-hop abuse", "integration/front_door_test.cpp",
     "Connection cannot remove a field that must be forwarded"},
    {"hop-by-hop abuse", "unit/http1/front_door_test.cpp", "row Connection: more than 64 options"},
    {"hop-by-hop abuse", "unit/policy/forwarding_test.cpp",
     "Connection may not name fields that identify the client"},
    {"SSRF", "integration/front_door_attacks_test.cpp", "Redirects are left to the client"},
    {"SSRF", "integration/proxying_test.cpp", "CONNECT and TRACE are not supported"},
    {"private data shared", "integration/storing_test.cpp",
     "Responses to cookies and credentials are shared only if the"},
    {"private data shared", "scenarios/two_identities_test.cpp",
     "two users' responses never cross on any route"},
    {"open purge or admin", "integration/front_door_attacks_test.cpp",
     "PURGE and BAN from the public are not forwarded and purge"},
    {"open purge or admin", "integration/admin_test.cpp", "The admin API requires its token"},
    {"DNS rebinding", "unit/admin/handler_test.cpp", "without a token only names of this machine"},
    {"endless responses", "integration/streams_test.cpp",
     "Event streams under a ttl go to any number of clients and"},
    {"endless responses", "integration/streams_test.cpp",
     "Endless responses whose clients leave immediately do not"},
    {"memory by slow readers", "integration/streams_test.cpp",
     "Clients that do not read large content take no more memory"},
    {"purge amplification", "scenarios/purge_test.cpp", "a refused write purges nothing"},
    {"cache busting", "integration/front_door_attacks_test.cpp",
     "Requests that differ only in the query use no more memory"},
    {"slow clients", "unit/server/slow_clients_test.cpp", "a head that is not complete in time gets a 408"},
    {"slow clients", "unit/server/slow_clients_test.cpp",
     "content that comes byte by byte, slower than slowest_rate"},
    {"slow clients", "unit/server/slow_clients_test.cpp",
     "a client that does not read its response loses the connection"},
    {"slow clients", "unit/server/slow_clients_test.cpp",
     "at the bound of connections the one idle longest is closed"},
    {"slow clients", "integration/bodies_test.cpp",
     "A client that does not read slows the origin down instead of"},
    {"Redis as a trust boundary", "unit/store/record_test.cpp", "a record with any byte changed is rejected"},
    {"Redis as a trust boundary", "unit/store/record_test.cpp",
     "a record with a field that storing removes is rejected"},
    {"Redis as a trust boundary", "integration/redis_tier_test.cpp", "A forged record in Redis is a miss"},
};

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The first cells of the page's tables, without the header rows.
std::vector<std::string> documented_rows() {
  std::istringstream page(text_of(LARDER_SOURCE_DIR "/src/http1/README.md"));
  std::vector<std::string> cells;
  std::string before;
  for (std::string line; std::getline(page, line); before = line) {
    if (!line.starts_with("| ") || !before.starts_with("|")) continue;
    cells.push_back(line.substr(2, line.find(" | ") - 2));
  }
  return cells;
}

bool shows(const Row& row, const std::string& cell) {
  return cell.starts_with(row.row);
}

}  // namespace

TEST_CASE("every row of the front door's page has its tests") {
  const std::vector<std::string> cells = documented_rows();
  CHECK(cells.size() > 20);
  for (const std::string& cell : cells) {
    CAPTURE(cell);
    CHECK(std::ranges::any_of(rows, [&](const Row& row) { return shows(row, cell); }));
  }
}

TEST_CASE("the rows and tests named for the front door exist") {
  const std::vector<std::string> cells = documented_rows();
  for (const Row& row : rows) {
    CAPTURE(row.row);
    CAPTURE(row.title);
    CHECK(std::ranges::any_of(cells, [&](const std::string& cell) { return shows(row, cell); }));
    const std::string text = text_of(std::string(LARDER_SOURCE_DIR "/tests/").append(row.file));
    CHECK(text.find("\"" + std::string(row.title)) != text.npos);
  }
}

}  // namespace larder::front_door_rows_test
