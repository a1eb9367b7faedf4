#include "interim_writer.hpp"

#include <larder/base/task.hpp>
#include <larder/http1/head_writer.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <array>
#include <utility>

namespace larder::server {

void InterimWriter::take(const http::ResponseHead& head) {
  std::string text;
  http1::write_status_line(text, head.status, head.reason);
  text.append(head.fields.wire()).append("\r\n");
  if (pending_.size() + text.size() <= most_pending) write(text);
}

void InterimWriter::go_on() {
  write("HTTP/1.1 100 Continue\r\n\r\n");
}

void InterimWriter::write(std::string_view text) {
  if (has_failed_) return;
  pending_ += text;
  if (std::exchange(is_writing_, true)) return;
  boost::asio::co_spawn(context_.loop, run(*this, session_.shared_from_this()), boost::asio::detached);
}

/// Under no deadline of its own: those who work on the response have theirs, and so has finish().
Task<> InterimWriter::run(InterimWriter& self, std::shared_ptr<Session> session) {
  static_cast<void>(session);
  Result<> sent;
  while (sent && !self.pending_.empty()) {
    const std::string text = std::exchange(self.pending_, {});
    const std::array<std::string_view, 1> parts{text};
    sent = co_await self.stream_.write(parts);
  }
  self.pending_.clear();
  self.has_failed_ = !sent;
  self.is_writing_ = false;
  self.written_.cancel();
}

Task<bool> InterimWriter::finish() {
  if (is_writing_) {
    stream_.expires_at(std::chrono::steady_clock::now() + context_.settings.idle_timeout);
    written_.expires_at(SteadyTime::max());
    co_await written_.async_wait(awaiting);
    stream_.expires_at(SteadyTime::max());
  }
  co_return !has_failed_;
}

}  // namespace larder::server
