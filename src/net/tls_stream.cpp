#include "tls_stream.hpp"

#include <larder/base/task.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace larder::net {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr int most_in_a_row = 16;

/// Takes bytes for one record off the front of `parts`: whole views if they are long, else copied together
/// into `gathered`. Empty if nothing is left.
std::string_view take_record(std::span<const std::string_view>& parts, std::string_view& part,
                             std::string& gathered, std::size_t size) {
  gathered.clear();
  while (!part.empty() || !parts.empty()) {
    if (part.empty()) {
      part = parts.front();
      parts = parts.subspan(1);
      continue;
    }
    if (gathered.empty() && (part.size() >= size || parts.empty())) {
      const std::string_view record = part.substr(0, size);
      part.remove_prefix(record.size());
      return record;
    }
    const std::string_view copied = part.substr(0, size - gathered.size());
    gathered.append(copied);
    part.remove_prefix(copied.size());
    if (gathered.size() == size) break;
  }
  return gathered;
}

}  // namespace

TlsStream::TlsStream(std::unique_ptr<TcpStream> tcp, std::shared_ptr<const TlsContext> context)
    : tcp_(std::move(tcp)),
      context_(std::move(context)),
      session_(*context_, tcp_->socket().native_handle()) {
  boost::system::error_code ignored;
  tcp_->socket().native_non_blocking(true, ignored);
}

TlsStream::~TlsStream() {
  close();
}

Task<Result<>> TlsStream::handshake() {
  const Result<std::size_t> done = co_await complete([this] { return session_.handshake(); });
  if (!done) co_return done.error();
  co_return Result<>();
}

Task<Result<std::size_t>> TlsStream::read_some(std::span<char> buffer) {
  if (tcp_->has_timed_out()) co_return Error::timeout;
  Result<std::size_t> count = co_await complete([this, buffer] { return session_.read(buffer); });
  co_return count;
}

Task<Result<>> TlsStream::write(std::span<const std::string_view> parts) {
  std::string_view part;
  while (true) {
    const std::string_view record = take_record(parts, part, record_, largest_record);
    if (record.empty()) break;
    const Result<> written = co_await write_all(record);
    if (!written) co_return written.error();
  }
  co_return Result<>();
}

Task<Result<>> TlsStream::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const Result<std::size_t> count = co_await complete([this, bytes] { return session_.write(bytes); });
    if (!count) co_return count.error();
    bytes.remove_prefix(*count);
  }
  co_return Result<>();
}

/// Tries until nothing is needed any more. The loop gets its turn even if nothing ever is.
template <class Attempt>
Task<Result<std::size_t>> TlsStream::complete(Attempt attempt) {
  while (true) {
    if (tcp_->is_closed()) co_return end_error();
    const TlsStep step = attempt();
    if (step.need != TlsStep::Need::nothing) {
      const Result<> ready = co_await wait_for(step.need);
      if (!ready) co_return ready.error();
      continue;
    }
    if (++in_a_row_ >= most_in_a_row) {
      in_a_row_ = 0;
      co_await asio::post(tcp_->socket().get_executor(), asio::use_awaitable);
    }
    co_return step.result;
  }
}

Task<Result<>> TlsStream::wait_for(TlsStep::Need need) {
  in_a_row_ = 0;
  const auto readiness = need == TlsStep::Need::to_read ? tcp::socket::wait_read : tcp::socket::wait_write;
  const auto [error] = co_await tcp_->socket().async_wait(readiness, awaiting);
  if (error) co_return rename(error, tcp_->has_timed_out());
  co_return Result<>();
}

boost::system::error_code TlsStream::end_error() const {
  return tcp_->has_timed_out() ? Error::timeout : Error::canceled;
}

void TlsStream::close() {
  if (!tcp_->is_closed()) session_.finish();
  tcp_->close();
}

void TlsStream::shutdown_write() {
  if (tcp_->is_closed()) return;
  session_.finish();
  tcp_->shutdown_write();
}

bool TlsStream::is_idle() {
  return !tcp_->is_closed() && session_.is_idle();
}

// Ending the session ends the connection below it.
bool TlsStream::has_peer_left() {
  return tcp_->has_peer_left();
}

bool TlsStream::is_broken() {
  return tcp_->is_broken();
}

}  // namespace larder::net
