#include "upstream.hpp"

#include "balancer.hpp"

#include <larder/base/units.hpp>
#include <larder/http/fault.hpp>
#include <larder/net/connect.hpp>
#include <larder/net/descriptors.hpp>
#include <larder/net/other_scheme.hpp>
#include <larder/net/timer.hpp>

#include <algorithm>

namespace larder::origin {

namespace {

/// The rule that a response broke, with its bound.
std::string broken_rule(const boost::system::error_code& fault) {
  std::string words = fault.message();
  if (fault == http::Fault::head_size) words += " (more than " + format_size(response_limits.head) + ")";
  if (fault == http::Fault::field_count) {
    words += " (more than " + std::to_string(response_limits.fields) + ")";
  }
  return words;
}

/// Why no connection came about, in a log line. `certified`: whom the certificate is for that was shown.
std::string words_for_connecting(const Settings& settings, const ServerSettings& server,
                                 const boost::system::error_code& error, const std::string& certified) {
  if (error == Error::timeout) {
    return "no answer within " + format_duration(settings.connect_timeout) + " (timeouts.connect)";
  }
  std::string words = error.message();
  if (!certified.empty()) words += ": it is for " + certified + ", not for " + server.tls->server_name;
  if (server.tls && net::may_be_plain(error)) {
    words += "; if it speaks plain HTTP, its URL in `servers` must begin with http://";
  }
  return words;
}

/// What a server that took the connection did wrong, in a log line; empty if it did nothing.
std::string words_for(const Settings& settings, const boost::system::error_code& error,
                      Upstream::Trouble trouble) {
  if (error == Error::canceled || error == Error::client_left) return {};
  const bool is_amid = trouble != Upstream::Trouble::no_response;
  if (error == Error::timeout) {
    return trouble == Upstream::Trouble::amid_response
               ? "stopped in the middle of a response, for " + format_duration(settings.idle_timeout) +
                     " (timeouts.idle)"
               : "did not answer within " + format_duration(settings.first_byte_timeout) +
                     " (timeouts.first_byte)";
  }
  const std::string where = trouble == Upstream::Trouble::amid_head ? "in the middle of a response's head"
                            : is_amid                               ? "in the middle of a response"
                                                                    : "without an answer";
  if (error == Error::closed) return "closed the connection " + where;
  if (error == Error::reset) return "broke the connection " + where + " (reset)";
  if (error == http::Fault::tls) return "speaks TLS: its URL in `servers` must begin with https://";
  if (error.category() == http::fault_category()) return "sent what is not HTTP/1.1: " + broken_rule(error);
  return "ended the connection " + where + ": " + error.message();
}

}  // namespace

Upstream::Upstream(Settings settings, std::shared_ptr<OutageNotices> outages)
    : settings_(std::move(settings)),
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
    std::string certified;
    Result<std::unique_ptr<net::Stream>> stream = co_await net::connect(
        at.endpoint, std::min(now + settings_.connect_timeout, request.answer_by), tls, &certified);
    if (is_closed_) co_return Error::canceled;
    if (stream) {
      server.note_success();
      co_return std::make_unique<Connection>(std::move(*stream), chosen);
    }
    if (net::is_out_of_descriptors(stream.error())) {
      // Our own want, and not the server's fault: it does not rest for it.
      outages_->starved(settings_.name, now);
      co_return stream.error();
    }
    note_failure(server, stream.error(), certified);
    if (last != Error::timeout) last = stream.error();
  }
  co_return last;
}

void Upstream::note_failure(Server& server, const boost::system::error_code& error,
                            const std::string& certified) {
  const SteadyTime now = std::chrono::steady_clock::now();
  server.note_failure(now);
  const std::string name = server.settings().endpoint.text();
  const std::string words = words_for_connecting(settings_, server.settings(), error, certified);
  outages_->failed(settings_.name, name, "cannot connect to " + name + ": " + words, now);
}

void Upstream::note_answer(std::size_t server) {
  if (!outages_->any()) return;
  const SteadyTime now = net::now_about();
  outages_->answered(settings_.name, servers_[server].settings().endpoint.text(), now);
  outages_->fed(settings_.name, now);
}

void Upstream::note_trouble(std::size_t server, const boost::system::error_code& error, Trouble trouble) {
  const std::string words = words_for(settings_, error, trouble);
  if (words.empty()) return;
  const std::string name = servers_[server].settings().endpoint.text();
  outages_->failed(settings_.name, name, name + " " + words, std::chrono::steady_clock::now());
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
