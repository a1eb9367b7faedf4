#include <larder/base/error.hpp>
#include <larder/http/fault.hpp>
#include <larder/policy/failure.hpp>

#include <cerrno>
#include <string_view>

namespace larder::policy {
namespace {

Reason reason_of(Error error) {
  switch (error) {
    case Error::timeout:
      return Reason::upstream_timeout;
    case Error::closed:
    case Error::reset:
      return Reason::upstream_closed;
    case Error::unavailable:
    case Error::refused:
      return Reason::upstream_unreachable;
    case Error::canceled:
      return Reason::shutdown;
    case Error::client_left:
      return Reason::none;
    default:
      return Reason::upstream_malformed;
  }
}

Reason reason_of_system(int error) {
  if (error == ECONNREFUSED) return Reason::upstream_refused;
  if (error == ETIMEDOUT) return Reason::upstream_timeout;
  return error == EMFILE || error == ENFILE ? Reason::no_descriptors : Reason::upstream_unreachable;
}

}  // namespace

Reason failure_reason(const boost::system::error_code& error) {
  if (!error) return Reason::none;
  if (error.category() == error_category()) return reason_of(static_cast<Error>(error.value()));
  if (error.category() == boost::system::system_category()) return reason_of_system(error.value());
  if (error.category() == http::fault_category()) return Reason::upstream_malformed;
  // Those of the libraries below net: the resolver's, OpenSSL's and X.509's.
  const std::string_view category = error.category().name();
  if (category.starts_with("asio.netdb") || category.starts_with("asio.addrinfo")) {
    return Reason::upstream_unresolved;
  }
  return category == "tls" || category == "certificate" ? Reason::upstream_tls : Reason::upstream_unreachable;
}

}  // namespace larder::policy
