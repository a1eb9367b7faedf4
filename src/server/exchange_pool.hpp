#pragma once

#include <larder/http1/head_parser.hpp>
#include <larder/pipeline/handler.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace larder::server {

/// A request and its response.
struct Exchange {
  http1::RequestControl control;
  pipeline::Request request;
  pipeline::Response response;
  bool is_answered = false;  ///< `response` is the answer
};

/// The exchanges of one worker. Its requests are read and answered in one of them, one after the other, as
/// long as none has to wait: so they all share its memory. One that has to wait takes its exchange along, and
/// gives it back when done with it.
class ExchangePool {
 public:
  std::string out;  ///< answers to be sent

  /// The one being read and answered.
  Exchange& exchange() { return *exchange_; }

  /// Takes it along; another is in its place.
  std::unique_ptr<Exchange> take() {
    std::unique_ptr<Exchange> next;
    if (spare_.empty()) {
      next = std::make_unique<Exchange>();
    } else {
      next = std::move(spare_.back());
      spare_.pop_back();
    }
    return std::exchange(exchange_, std::move(next));
  }

  void give_back(std::unique_ptr<Exchange> exchange) {
    if (spare_.size() >= most_spare) return;
    pipeline::Request& request = exchange->request;
    request.body = {};
    request.upstream.clear();
    request.opens_websocket = false;
    request.departure = nullptr;
    request.interim = nullptr;
    exchange->response.clear();
    spare_.push_back(std::move(exchange));
  }

 private:
  static constexpr std::size_t most_spare = 64;

  std::unique_ptr<Exchange> exchange_ = std::make_unique<Exchange>();
  std::vector<std::unique_ptr<Exchange>> spare_;
};

}  // namespace larder::server
