#include "support/certificates.hpp"
#include "support/run_task.hpp"

#include <larder/net/connect.hpp>
#include <larder/net/listener.hpp>
#include <larder/net/timer.hpp>
#include <larder/net/tls.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <doctest/doctest.h>

#include <fstream>

namespace larder::tls_test {

using namespace larder::net;
using boost::asio::experimental::awaitable_operators::operator&&;

namespace {

using Opened = Result<std::unique_ptr<Stream>>;

SteadyTime in(Milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

struct Pair {
  Opened client = Error::unavailable;
  Opened server = Error::unavailable;
  Result<> server_handshake;
};

/// What a client trusts and shows, and which listener it meets.
struct Setup {
  TlsClientSettings client;
  std::string server_name;
  test::CertificateFiles server;
};

Task<> serve_one(Listener& listener, Pair& pair) {
  pair.server = co_await listener.accept();
  REQUIRE(pair.server.has_value());
  (*pair.server)->expires_at(in(Seconds{10}));
  pair.server_handshake = co_await (*pair.server)->handshake();
}

Task<> connect_to(Listener& listener, const Setup& setup, Pair& pair) {
  const TlsPeer peer{TlsContext::for_clients(setup.client), setup.server_name};
  pair.client = co_await connect(listener.endpoint(), in(Seconds{10}), &peer);
}

Task<Pair> shake_hands(Listener& listener, const Setup& setup) {
  Pair pair;
  co_await (serve_one(listener, pair) && connect_to(listener, setup, pair));
  co_return pair;
}

std::unique_ptr<Listener> listen(boost::asio::io_context& loop, const test::CertificateFiles& files) {
  Result<std::unique_ptr<Listener>> listener =
      Listener::open(loop, {"127.0.0.1", "0", {}}, TlsContext::for_listener({files.cert, files.key}));
  REQUIRE(listener.has_value());
  return std::move(*listener);
}

/// The outcome of a connection, in words.
std::string outcome(const Setup& setup) {
  boost::asio::io_context loop;
  const std::unique_ptr<Listener> listener = listen(loop, setup.server);
  const Pair pair = test::run_task(loop, shake_hands(*listener, setup));
  return pair.client ? "connected" : pair.client.error().message();
}

/// Runs `test` with both ends of a secured connection.
template <class Test>
void with_pair(Test test) {
  test::Authority authority;
  const Setup setup{{authority.ca(), "", "", true}, "shop.test", authority.issue("shop.test")};
  boost::asio::io_context loop;
  const std::unique_ptr<Listener> listener = listen(loop, setup.server);
  Pair pair = test::run_task(loop, shake_hands(*listener, setup));
  REQUIRE(pair.client.has_value());
  REQUIRE(pair.server_handshake.has_value());
  test::run_task(loop, test(**pair.client, **pair.server));
}

Task<std::string> read_exactly(Stream& stream, std::size_t size) {
  std::string received;
  std::array<char, 5'000> buffer{};
  while (received.size() < size) {
    const Result<std::size_t> count = co_await stream.read_some(buffer);
    if (!count) break;
    received.append(buffer.data(), *count);
  }
  co_return received;
}

Task<> write_parts(Stream& stream, std::vector<std::string_view> parts) {
  const Result<> written = co_await stream.write(parts);
  CHECK(written.has_value());
}

Task<boost::system::error_code> read_error(Stream& stream) {
  std::array<char, 8> buffer{};
  const Result<std::size_t> count = co_await stream.read_some(buffer);
  co_return count ? boost::system::error_code{} : count.error();
}

Task<> expect_content(Stream& stream, const std::string& expected) {
  const std::string received = co_await read_exactly(stream, expected.size());
  CHECK(received.size() == expected.size());
  CHECK((received == expected));
}

Task<> gathers(Stream& client, Stream& server) {
  CHECK(client.is_secure());
  CHECK(server.is_secure());
  CHECK(server.peer_address() == "127.0.0.1");
  const std::string large(3'000'000, 'x');
  const std::vector<std::string_view> parts{"head;", "", large, "tail;", large, "end", ""};
  std::string expected;
  for (const std::string_view part : parts) expected += part;
  co_await (write_parts(client, parts) && expect_content(server, expected));
}

Task<> both_ways(Stream& client, Stream& server) {
  const std::string up(2'000'000, 'u');
  const std::string down(2'000'000, 'd');
  co_await (write_parts(client, {up}) && write_parts(server, {down}) && expect_content(server, up) &&
            expect_content(client, down));
}

Task<> times_out(Stream& client, Stream&) {
  client.expires_at(in(Milliseconds{20}));
  const auto error = co_await read_error(client);
  CHECK(error == Error::timeout);
  const auto again = co_await read_error(client);
  CHECK(again == Error::timeout);
}

Task<> is_canceled(Stream& client, Stream&) {
  const auto close_soon = [](Stream& stream) -> Task<> {
    co_await sleep_until(in(Milliseconds{5}));
    stream.close();
  };
  const auto error = co_await (read_error(client) && close_soon(client));
  CHECK(error == Error::canceled);
}

Task<> ends_orderly(Stream& client, Stream& server) {
  co_await write_parts(server, {"last words"});
  server.shutdown_write();
  co_await expect_content(client, "last words");
  const auto end = co_await read_error(client);
  CHECK(end == Error::closed);
  co_await write_parts(client, {"answer"});
  co_await expect_content(server, "answer");
}

Task<> is_cut_short(Stream& client, Stream& server) {
  co_await write_parts(server, {"half"});
  server.expires_at(in(Milliseconds{0}));
  const auto late = co_await read_error(server);
  CHECK(late == Error::timeout);
  co_await expect_content(client, "half");
  const auto end = co_await read_error(client);
  CHECK(end == Error::reset);
}

Task<> tells_idle(Stream& client, Stream& server) {
  // The tickets that came after the handshake are not content.
  CHECK(client.is_idle());
  co_await write_parts(server, {"unasked"});
  while (client.is_idle()) co_await sleep_until(in(Milliseconds{1}));
  std::array<char, 3> buffer{};
  const Result<std::size_t> count = co_await client.read_some(buffer);
  REQUIRE(count.has_value());
  CHECK_FALSE(client.is_idle());
  co_await expect_content(client, "sked");
  CHECK(client.is_idle());
  server.close();
  while (client.is_idle()) co_await sleep_until(in(Milliseconds{1}));
  const auto end = co_await read_error(client);
  CHECK(end == Error::closed);
}

std::string setting_refused(const TlsClientSettings& settings) {
  try {
    TlsContext::for_clients(settings);
    return "none";
  } catch (const TlsFileError& error) {
    return error.setting();
  }
}

}  // namespace

TEST_CASE("over TLS a write gathers any number of parts, of any size") {
  with_pair(gathers);
}

TEST_CASE("over TLS both directions flow at the same time") {
  with_pair(both_ways);
}

TEST_CASE("over TLS a wait past its deadline is a timeout, and so is every one after it") {
  with_pair(times_out);
}

TEST_CASE("closing a TLS stream ends the wait on it") {
  with_pair(is_canceled);
}

TEST_CASE("a TLS peer that closes its direction is read to the end, and can still be answered") {
  with_pair(ends_orderly);
}

TEST_CASE("the end of a connection without a TLS close is an error") {
  with_pair(is_cut_short);
}

TEST_CASE("a TLS stream is idle until unsolicited bytes or the end arrive") {
  with_pair(tells_idle);
}

TEST_CASE("a server is trusted by its chain and its name, and only by both") {
  test::Authority ours;
  test::Authority other;
  const test::CertificateFiles named = ours.issue("shop.test");
  const test::CertificateFiles addressed = ours.issue("127.0.0.1");
  struct Case {
    std::string ca, server_name;
    bool verify;
    const test::CertificateFiles& server;
    std::string outcome;
  };
  const Case cases[] = {
      {ours.ca(), "shop.test", true, named, "connected"},
      {ours.ca(), "127.0.0.1", true, addressed, "connected"},
      {ours.ca(), "other.test", true, named, "certificate not trusted: hostname mismatch"},
      {ours.ca(), "127.0.0.1", true, named, "certificate not trusted: IP address mismatch"},
      {other.ca(), "shop.test", true, named,
       "certificate not trusted: unable to get local issuer certificate"},
      {"", "shop.test", true, named, "certificate not trusted: unable to get local issuer certificate"},
      {"", "other.test", false, named, "connected"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.server_name);
    CHECK(outcome({{one.ca, "", "", one.verify}, one.server_name, one.server}) == one.outcome);
  }
}

TEST_CASE("a server that does not speak TLS, or is silent, is an error") {
  test::Authority authority;
  boost::asio::io_context loop;
  Result<std::unique_ptr<Listener>> plain = Listener::open(loop, {"127.0.0.1", "0", {}});
  REQUIRE(plain.has_value());
  const TlsPeer peer{TlsContext::for_clients({authority.ca(), "", "", true}), "shop.test"};
  const auto answer_wrongly = [](Listener& listener) -> Task<> {
    Opened server = co_await listener.accept();
    co_await write_parts(**server, {"HTTP/1.1 400 Bad Request\r\n\r\n"});
  };
  const auto open = [](Listener& listener, const TlsPeer& to, Opened& opened, Milliseconds time) -> Task<> {
    opened = co_await connect(listener.endpoint(), in(time), &to);
  };
  const auto speak = [&](Opened& opened) -> Task<> {
    return answer_wrongly(**plain) && open(**plain, peer, opened, Seconds{10});
  };
  Opened opened = Error::canceled;
  test::run_task(loop, speak(opened));
  CHECK(opened.error().message() == "TLS: wrong version number");
  test::run_task(loop, open(**plain, peer, opened, Milliseconds{30}));
  CHECK(opened.error() == Error::timeout);
}

TEST_CASE("an unusable file is an error that names its setting") {
  test::Authority authority;
  test::TemporaryDirectory directory;
  const test::CertificateFiles one = authority.issue("one.test");
  const test::CertificateFiles two = authority.issue("two.test");
  const std::string noise = (directory.path() / "noise.pem").string();
  std::ofstream(noise) << "noise\n";
  CHECK(setting_refused({"", one.cert, one.key, true}) == "none");
  CHECK(setting_refused({"/nowhere", "", "", true}) == "ca");
  CHECK(setting_refused({noise, "", "", true}) == "ca");
  CHECK(setting_refused({"", "/nowhere", one.key, true}) == "cert");
  CHECK(setting_refused({"", noise, one.key, true}) == "cert");
  CHECK(setting_refused({"", one.cert, "/nowhere", true}) == "key");
  CHECK(setting_refused({"", one.cert, noise, true}) == "key");
  CHECK(setting_refused({"", one.cert, two.key, true}) == "key");
  CHECK_THROWS_WITH_AS(TlsContext::for_listener({"/nowhere", ""}), "/nowhere: No such file or directory",
                       TlsFileError);
}

}  // namespace larder::tls_test
