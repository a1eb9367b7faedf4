// A small products API, all in memory: the origin behind larder in the demo. It sends no cache fields, as
// many APIs do.
#include <CLI/CLI.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <boost/url.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <ctime>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;
namespace urls = boost::urls;
using asio::ip::tcp;

namespace {

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

constexpr auto completion = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t page_size = 5;
constexpr std::size_t body_limit = 65'536;

struct Product {
  std::string name;
  std::int64_t price = 0;
};

/// A positive number, as identifiers and pages are.
std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

/// `{"name": "...", "price": 1}`; nothing for anything else.
std::optional<Product> parse_product(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return std::nullopt;
  const json::value* name = value.get_object().if_contains("name");
  const json::value* price = value.get_object().if_contains("price");
  if (!name || !name->is_string() || !price || !price->is_int64()) return std::nullopt;
  return Product{json::value_to<std::string>(*name), price->get_int64()};
}

std::string utc_now() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%FT%T.", &parts);
  const std::string milliseconds = std::to_string(now.time_since_epoch().count() % 1000);
  return std::string(text.data(), size) + std::string(3 - milliseconds.size(), '0') + milliseconds + "Z";
}

/// The API without its connections. Every body counts the answers given so far (`answer`) and says when it
/// was made
/// (`served_at`), so that one sees which answers came from here.
class Api {
 public:
  Response answer(const Request& request) {
    const auto url = urls::parse_origin_form(request.target());
    if (!url) return error(http::status::bad_request, "the target is no path");
    const std::vector<std::string> path(url->segments().begin(), url->segments().end());
    if (path.empty() || path.size() > 2 || path[0] != "products") {
      return error(http::status::not_found, "there is /products and /products/{id}");
    }
    if (path.size() == 1) return answer_collection(request, *url);
    const std::optional<std::int64_t> id = parse_number(path[1]);
    const auto product = id ? products_.find(*id) : products_.end();
    if (product == products_.end()) return error(http::status::not_found, "no such product");
    return answer_product(request, product);
  }

  static Response error(http::status status, std::string_view reason) {
    Response response{status, 11};
    response.set(http::field::content_type, "application/json");
    response.body() = json::serialize(json::object{{"error", reason}}) + "\n";
    return response;
  }

 private:
  using Products = std::map<std::int64_t, Product>;

  Response answer_collection(const Request& request, const urls::url_view& url) {
    switch (request.method()) {
      case http::verb::get:
      case http::verb::head:
        return list(url);
      case http::verb::post:
        return create(request);
      default:
        return method_not_allowed("GET, HEAD, POST");
    }
  }

  Response answer_product(const Request& request, Products::iterator product) {
    switch (request.method()) {
      case http::verb::get:
      case http::verb::head:
        return respond(http::status::ok, describe(*product));
      case http::verb::put:
        return replace(request, product);
      case http::verb::delete_:
        products_.erase(product);
        return Response{http::status::no_content, 11};
      default:
        return method_not_allowed("GET, HEAD, PUT, DELETE");
    }
  }

  Response list(const urls::url_view& url) {
    std::optional<std::int64_t> page = 1;
    if (const auto found = url.params().find("page"); found != url.params().end()) {
      page = parse_number((*found).value);
    }
    if (!page) return error(http::status::bad_request, "page is a positive number");
    const std::size_t pages = (products_.size() + page_size - 1) / page_size;
    const std::size_t skipped = std::min(static_cast<std::size_t>(*page) - 1, pages) * page_size;
    json::array shown;
    auto product =
        std::next(products_.begin(), static_cast<std::ptrdiff_t>(std::min(skipped, products_.size())));
    for (; product != products_.end() && shown.size() < page_size; ++product)
      shown.push_back(describe(*product));
    return respond(http::status::ok, {{"page", *page}, {"pages", pages}, {"products", std::move(shown)}});
  }

  Response create(const Request& request) {
    std::optional<Product> given = parse_product(request.body());
    if (!given) return unprocessable();
    const auto product = products_.emplace(next_id_++, std::move(*given)).first;
    Response response = respond(http::status::created, describe(*product));
    response.set(http::field::location, "/products/" + std::to_string(product->first));
    return response;
  }

  Response replace(const Request& request, Products::iterator product) {
    std::optional<Product> given = parse_product(request.body());
    if (!given) return unprocessable();
    product->second = std::move(*given);
    return respond(http::status::ok, describe(*product));
  }

  static json::object describe(const Products::value_type& product) {
    return {{"id", product.first}, {"name", product.second.name}, {"price", product.second.price}};
  }

  Response respond(http::status status, json::object content) {
    content["answer"] = ++answers_;
    content["served_at"] = utc_now();
    Response response{status, 11};
    response.set(http::field::content_type, "application/json");
    response.body() = json::serialize(content) + "\n";
    return response;
  }

  static Response unprocessable() {
    return error(http::status::unprocessable_entity, R"(a product is {"name": "text", "price": number})");
  }

  static Response method_not_allowed(std::string_view allowed) {
    Response response = error(http::status::method_not_allowed, "method not allowed");
    response.set(http::field::allow, allowed);
    return response;
  }

  Products products_{{1, {"Bread bin", 35}},   {2, {"Butter dish", 18}},  {3, {"Cake stand", 42}},
                     {4, {"Flour jar", 16}},   {5, {"Honey pot", 14}},    {6, {"Spice rack", 27}},
                     {7, {"Teapot", 39}},      {8, {"Rolling pin", 12}},  {9, {"Egg basket", 21}},
                     {10, {"Pickle jar", 15}}, {11, {"Cheese bell", 33}}, {12, {"Salt cellar", 9}}};
  std::int64_t next_id_ = 13;
  std::int64_t answers_ = 0;
};

/// Answers the requests of one connection, each `delay` after it came.
asio::awaitable<void> serve(tcp::socket socket, Api& api, std::chrono::milliseconds delay) {
  beast::flat_buffer buffer;
  asio::steady_timer timer(socket.get_executor());
  for (bool open = true; open;) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(body_limit);
    const auto [read_error, read] = co_await http::async_read(socket, buffer, parser, completion);
    const bool too_large = read_error == http::error::body_limit;
    if (read_error && !too_large) co_return;

    const Request& request = parser.get();
    timer.expires_after(delay);
    const auto [timer_error] = co_await timer.async_wait(completion);
    Response response =
        too_large ? Api::error(http::status::payload_too_large, "64 KiB at most") : api.answer(request);
    open = request.keep_alive() && !too_large && !timer_error;
    response.keep_alive(open);
    // RFC 9110, section 8.6: no Content-Length in a 204.
    if (response.result() != http::status::no_content) response.prepare_payload();
    // The length stays (RFC 9110, section 9.3.2).
    if (request.method() == http::verb::head) response.body().clear();
    const auto [write_error, written] = co_await http::async_write(socket, response, completion);
    if (write_error) co_return;
  }
}

asio::awaitable<void> accept_all(tcp::acceptor acceptor, Api& api, std::chrono::milliseconds delay) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(completion);
    if (error) continue;
    socket.set_option(tcp::no_delay(true), error);
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), api, delay), asio::detached);
  }
}

/// `address:port`, an IPv6 address in brackets; throws for anything else.
tcp::endpoint parse_listen(const std::string& text) {
  const auto authority = urls::parse_authority(text);
  if (!authority || !authority->has_port())
    throw CLI::ValidationError("--listen", "give it as 127.0.0.1:3000");
  return {asio::ip::make_address(authority->host_address()), authority->port_number()};
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("A small products API in memory, the origin of larder's demo");
  std::string listen = "127.0.0.1:3000";
  int delay = 0;
  app.add_option("--listen", listen, "Address and port; port 0 takes a free one")->capture_default_str();
  app.add_option("--delay", delay, "How long every answer takes: 500ms, 2s")
      ->transform(CLI::AsNumberWithUnit(std::map<std::string, int>{{"ms", 1}, {"s", 1000}}));
  CLI11_PARSE(app, argc, argv);

  Api api;
  asio::io_context loop(1);
  tcp::acceptor acceptor(loop, parse_listen(listen));
  asio::signal_set signals(loop, SIGINT, SIGTERM);
  signals.async_wait([&loop](const boost::system::error_code&, int) { loop.stop(); });
  std::cout << "demo-api listens on http://" << acceptor.local_endpoint() << std::endl;
  asio::co_spawn(loop, accept_all(std::move(acceptor), api, std::chrono::milliseconds(delay)),
                 asio::detached);
  loop.run();
  return 0;
} catch (const std::exception& failure) {
  std::cerr << "demo-api: " << failure.what() << '\n';
  return 1;
}
