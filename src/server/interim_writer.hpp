#pragma once

#include "session.hpp"
#include "session_context.hpp"

#include <larder/net/stream.hpp>
#include <larder/pipeline/interim.hpp>

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace larder::server {

/// Writes what comes before a response while others work on that: interim responses and our own
/// 100 (Continue), in their order. Nobody waits for it but the response.
class InterimWriter final : public pipeline::InterimSink {
 public:
  InterimWriter(SessionContext& context, net::Stream& stream, Session& session)
      : context_(context), stream_(stream), session_(session), written_(context.loop) {}

  /// An interim response of the upstream. It is left out if the client has not taken those before it.
  void take(const http::ResponseHead& head) override;

  /// 100 (Continue): the client is asked for its content.
  void go_on();

  /// Waits until all is written, before the response begins; false if the client did not take it: the
  /// connection must end.
  Task<bool> finish();

  bool is_writing() const { return is_writing_; }

 private:
  static constexpr std::size_t most_pending = 64 * 1024;  // bytes that the client has not taken yet

  void write(std::string_view text);
  static Task<> run(InterimWriter& self, std::shared_ptr<Session> session);

  SessionContext& context_;
  net::Stream& stream_;
  Session& session_;
  std::string pending_;
  bool is_writing_ = false;
  bool has_failed_ = false;
  boost::asio::steady_timer written_;
};

}  // namespace larder::server
