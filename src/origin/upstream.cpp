#include "upstream.hpp"

#include "balancer.hpp"

#include <larder/base/units.hpp>
#include <larder/net/connect.hpp>
#include <larder/net/descriptors.hpp>
#include <larder/net/timer.hpp>

#include <algorithm>

namespace larder::origin {

namespace {

using What = OutageNotices::What;

/// What a server that took the connection did wrong, in a log line; empty if it did nothing.
std::string words_for(const Settings& settings, const boost::system::error_code& error,
                      Upstream::Trouble trouble) {
  if (error == Error::canceled || error == Error::client_left) return {};
  const bool is_amid = trouble == Upstream::Trouble::amid_response;
  if (error == Error::timeout) {
    return is_amid ? "stopped in the middle of a response, for " + format_duration(settings.idle_timeout) +
                         " (timeouts.idle)"
                   : "did not answer within " + format_duration(settings.first_byte_timeout) +
                         " (timeouts.first_byte)";
  }
  const std::string where = is_amid ? "in the middle of a response" : "without an answer";
  if (error == Error::closed) return "closed the connection " + where;
  if (error == Error::reset) return "broke the connection " + where + " (reset)";
  if (error.category() == error_category()) return "sent what is not HTTP/1.1: " + error.message();
  return "ended the connection " + where + ": " + error.message();
}

}  // namespace

Upstream::Upstream(Settings settings, Log& log, std::shared_ptr<OutageNotices> outages)
    : settings_(std::move(settings)),
      log_(log),
      outages_(std::move(outages)),
      servers_(settings_.servers.begin(), settings_.servers.end()) {}

std::unique_ptr<Connection> Upstream::take_unused(const pipeline::Request& request, bool may_repeat) {
  const SteadyTime now = net::now_about();
  while (true) {
    const std::size_t chosen =
        choose(settings_.balancing, servers_, {.request = request, .turn = turn_, .now = now});
    std::unique_ptr<Connection> connection = servers_[chosen].take_unused();
    if (connection == nullptr) return nullptr;
    // The time about now may be before that of keeping.
    const SteadyTime::duration unused_for = std::max(now - connection->kept_at, SteadyTime::duration{0});
    if (unused_for >= connection->kept_for.repeatable || !connection->stream().is_idle()) continue;
    if (may_repeat || unused_for < connection->kept_for.once) return connection;
    servers_[chosen].put_back(std::move(connection));
    return nullptr;
  }
}

Task<Result<std::unique_ptr<Connection>>> Upstream::connect(const pipeline::Request& request) {
  boost::system::error_code last = Error::unavailable;
  for (std::size_t attempt = 0; attempt < servers_.size(); ++attempt) {
    if (is_closed_) co_return Error::canceled;
    const SteadyTime now = std::chrono::steady_clock::now();
    const std::size_t chosen =
        choose(settings_.balancing, servers_,
               {.request = request, .needs_new_connection = true, .turn = turn_, .now = now});
    turn_ = chosen + 1;
    Server& server = servers_[chosen];
    const ServerSettings& at = server.settings();
    const net::TlsPeer* const tls = at.tls ? &*at.tls : nullptr;
    Result<std::unique_ptr<net::Stream>> stream =
        co_await net::connect(at.endpoint, std::min(now + settings_.connect_timeout, request.answer_by), tls);
    if (is_closed_) co_return Error::canceled;
    if (stream) {
      note_success(server);
      co_return std::make_unique<Connection>(std::move(*stream), chosen);
    }
    if (net::is_out_of_descriptors(stream.error())) {
      note_want_of_descriptors(now);
      co_return stream.error();
    }
    note_failure(server, stream.error());
    if (last != Error::timeout) last = stream.error();
  }
  co_return last;
}

void Upstream::note_success(Server& server) {
  server.note_success();
  tell_success(What::connecting, server);
}

void Upstream::note_failure(Server& server, const boost::system::error_code& error) {
  const SteadyTime now = std::chrono::steady_clock::now();
  server.note_failure(now);
  const std::string name = server.settings().endpoint.text();
  const std::string words =
      error == Error::timeout
          ? "no answer within " + format_duration(settings_.connect_timeout) + " (timeouts.connect)"
          : error.message();
  outages_->failed(What::connecting, settings_.name, name, "cannot connect to " + name + ": " + words, now);
}

void Upstream::note_answer(std::size_t server) {
  tell_success(What::answering, servers_[server]);
}

void Upstream::tell_success(OutageNotices::What what, const Server& server) {
  if (!outages_->any()) return;
  outages_->succeeded(what, settings_.name, server.settings().endpoint.text(), net::now_about());
}

void Upstream::note_trouble(std::size_t server, const boost::system::error_code& error, Trouble trouble) {
  const std::string words = words_for(settings_, error, trouble);
  if (words.empty()) return;
  const std::string name = servers_[server].settings().endpoint.text();
  outages_->failed(What::answering, settings_.name, name, name + " " + words,
                   std::chrono::steady_clock::now());
}

/// Our own, and not the server's fault: it does not rest for it.
void Upstream::note_want_of_descriptors(SteadyTime now) {
  constexpr Seconds quiet{60};
  const bool is_due = !last_want_ || now - *last_want_ >= quiet;
  last_want_ = now;
  if (!is_due) return;
  log_.error(
      "upstream {}: out of descriptors: it cannot be asked until some are free; raise the limit (ulimit -n, "
      "systemd's LimitNOFILE, docker's --ulimit nofile) or lower limits.connections",
      settings_.name);
}

void Upstream::keep(std::unique_ptr<Connection> connection) {
  if (is_closed_) return;
  const SteadyTime now = std::chrono::steady_clock::now();
  connection->kept_for = kept_for(settings_.keepalive_timeout, connection->stated_keep_alive);
  connection->stream().expires_at(now + connection->kept_for.repeatable);
  Server& server = servers_[connection->server()];
  server.keep(std::move(connection), settings_.max_unused, now);
}

void Upstream::close() {
  is_closed_ = true;
  for (Server& server : servers_) server.close();
}

}  // namespace larder::origin
