#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/log.hpp>
#include <larder/net/endpoint.hpp>
#include <larder/net/tls.hpp>
#include <larder/origin/outage_notices.hpp>
#include <larder/pipeline/handler.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace larder::origin {

/// Where a server of an upstream is, and how to be sure of it if it speaks TLS.
struct ServerSettings {
  net::Endpoint endpoint;
  std::optional<net::TlsPeer> tls;

  /// As Host names it (RFC 9110, section 7.2): host[:port], without the port that its scheme implies;
  /// `localhost` behind a Unix socket.
  std::string authority() const;
  bool operator==(const ServerSettings&) const = default;
};

/// How an upstream's servers share its requests.
enum class Balancing {
  last_used,  ///< the connection that was used last; new ones are made to the servers in turn
};

/// One upstream and how long to wait for it.
struct Settings {
  std::string name;
  std::vector<ServerSettings> servers;
  Balancing balancing = Balancing::last_used;
  Milliseconds connect_timeout{2'000};
  Milliseconds first_byte_timeout{30'000};  ///< from the request's last byte to the response's head
  Milliseconds idle_timeout{60'000};        ///< between two bytes of content
  Milliseconds keepalive_timeout{60'000};   ///< of an unused connection, if its server keeps it as long
  Milliseconds tunnel_timeout{60'000};      ///< of a tunnel on which nothing comes either way
  std::size_t max_unused = 128;             ///< unused connections kept for a server
  bool operator==(const Settings&) const = default;
};

class Upstream;

/// Answers requests by asking the upstream that `Request::upstream` names, over HTTP/1.1 connections that are
/// reused. What it sends is `Request::head` as it stands, with framing of its own, and the server's authority
/// as Host if the request names none. It belongs to one event loop.
///
/// A connection is used again only after a whole response with nothing after it. If a used one turns out
/// dead before a byte of the response came, an idempotent request without content is sent once more on a new
/// one.
class Origin final : public pipeline::Handler {
 public:
  /// `outages`: of all the origins that ask the same upstreams; nullptr: of this one alone.
  Origin(const std::vector<Settings>& upstreams, Log& log, std::shared_ptr<OutageNotices> outages = nullptr);
  ~Origin() override;

  Task<Result<pipeline::Response>> handle(pipeline::Request& request) override;

  /// Asks these from now on, with new connections if the settings differ from those before; what is under
  /// way goes on. An upstream that is not among them any more is asked as long as any `earlier` lives, which
  /// is what requests hold that came before: they may still name it. On the loop.
  void adopt(const std::vector<Settings>& upstreams, const std::weak_ptr<const void>& earlier);

  /// Closes every connection: what waits for a response gets Error::canceled, and nothing is begun any more.
  void close();

 private:
  using Generations = std::vector<std::weak_ptr<const void>>;

  /// How an upstream is asked, and how long.
  struct Place {
    std::shared_ptr<Upstream> upstream;
    std::optional<Generations> needed_by{};  // it is no longer an upstream
  };

  void forget_unneeded();

  std::shared_ptr<OutageNotices> outages_;
  std::map<std::string, Place, std::less<>> places_;
  Generations earlier_;                            // those that live
  std::vector<std::weak_ptr<Upstream>> replaced_;  // kept by the exchanges that are under way there
};

}  // namespace larder::origin
