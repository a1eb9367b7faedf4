#include "client.hpp"

#include <larder/admin/health_command.hpp>
#include <larder/admin/purge_command.hpp>
#include <larder/net/connect.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace larder::admin {
namespace {

/// Whoever asks for health has a deadline too: Docker's and systemd's are mostly longer than this.
constexpr Seconds patience_for_health{2};

template <class Value>
Value run(boost::asio::io_context& loop, Task<Value> task) {
  auto done = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
  loop.run();
  return done.get();
}

int tell_unreachable(const net::Endpoint& endpoint, const boost::system::error_code& why,
                     std::ostream& errors) {
  errors << "larder healthcheck: no larder answers at " << endpoint.text() << ": " << why.message() << '\n';
  return 1;
}

}  // namespace

int run_healthcheck(const net::Endpoint& listener, std::ostream& out, std::ostream& errors) {
  const net::Endpoint endpoint = reachable(listener);
  boost::asio::io_context loop{1};
  const SteadyTime deadline = std::chrono::steady_clock::now() + patience_for_health;
  const Result<Answer> answer = run(loop, get(endpoint, "", "/healthz", deadline));
  if (!answer) return tell_unreachable(endpoint, answer.error(), errors);
  if (answer->status == 200) {
    out << answer->content;
    return 0;
  }
  errors << "larder healthcheck: " << endpoint.text() << " answers " << answer->status << ": "
         << answer->content << '\n';
  return 1;
}

int run_connection_check(const net::Endpoint& listener, std::ostream& out, std::ostream& errors) {
  const net::Endpoint endpoint = reachable(listener);
  boost::asio::io_context loop{1};
  const SteadyTime deadline = std::chrono::steady_clock::now() + patience_for_health;
  const auto stream = run(loop, net::connect(endpoint, deadline));
  if (!stream) return tell_unreachable(endpoint, stream.error(), errors);
  out << "listening on " << endpoint.text() << '\n';
  return 0;
}

}  // namespace larder::admin
