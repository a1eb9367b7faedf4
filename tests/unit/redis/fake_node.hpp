#pragma once

#include "redis/reply_reader.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace larder::test {

/// A Redis that answers as the test says, on the test's loop. It answers the handshake by itself.
class FakeNode {
 public:
  using Words = std::vector<std::string>;

  /// Port 0: any.
  explicit FakeNode(boost::asio::io_context& loop, std::uint16_t port = 0)
      : state_(std::make_shared<State>(loop, port)) {
    boost::asio::co_spawn(loop, accept(state_), boost::asio::detached);
  }
  ~FakeNode() { close(); }

  /// Accepts no more connections.
  void close() { state_->acceptor.close(); }

  std::string port() const { return std::to_string(state_->acceptor.local_endpoint().port()); }

  /// What came, without the handshakes.
  const std::vector<Words>& asked() const { return state_->asked; }

  /// `reply` gives bytes of RESP for the words of a command.
  void answer(std::function<std::string(const Words&)> reply) { state_->reply = std::move(reply); }

 private:
  using tcp = boost::asio::ip::tcp;

  struct State {
    State(boost::asio::io_context& loop, std::uint16_t port)
        : acceptor(loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), port)) {}
    tcp::acceptor acceptor;
    std::vector<Words> asked;
    std::function<std::string(const Words&)> reply;
  };

  static Task<> accept(std::shared_ptr<State> state) {
    boost::system::error_code error;
    while (state->acceptor.is_open()) {
      tcp::socket socket = co_await state->acceptor.async_accept(
          boost::asio::redirect_error(boost::asio::use_awaitable, error));
      if (error) co_return;
      boost::asio::co_spawn(state->acceptor.get_executor(), serve(state, std::move(socket)),
                            boost::asio::detached);
    }
  }

  static Task<> serve(std::shared_ptr<State> state, tcp::socket socket) {
    redis::ReplyReader reader(1'000'000);
    std::array<char, 4096> buffer;
    boost::system::error_code error;
    while (!error) {
      const std::size_t count = co_await socket.async_read_some(
          boost::asio::buffer(buffer), boost::asio::redirect_error(boost::asio::use_awaitable, error));
      if (error || !reader.feed({buffer.data(), count})) co_return;
      std::string replies;
      for (auto command = *reader.next(); command; command = *reader.next())
        replies += reply_to(*state, *command);
      co_await boost::asio::async_write(socket, boost::asio::buffer(replies),
                                        boost::asio::redirect_error(boost::asio::use_awaitable, error));
    }
  }

  static std::string reply_to(State& state, const redis::Value& command) {
    Words words;
    for (const redis::Value& item : command.items) words.emplace_back(item.text.view());
    if (words[0] == "PING") return "+PONG\r\n";
    if (words[0] == "INFO") return "-ERR\r\n";
    state.asked.push_back(words);
    return state.reply(words);
  }

  std::shared_ptr<State> state_;
};

}  // namespace larder::test
