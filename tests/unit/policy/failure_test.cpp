#include <larder/base/error.hpp>
#include <larder/http/fault.hpp>
#include <larder/policy/failure.hpp>

#include <boost/asio/error.hpp>
#include <doctest/doctest.h>

#include <cerrno>

using namespace larder;
using policy::Reason;

TEST_CASE("each way in which an upstream fails has a name, and is the upstream's fault or nobody's") {
  struct Row {
    boost::system::error_code error;
    Reason reason;
  };
  const auto system = [](int error) {
    return boost::system::error_code(error, boost::system::system_category());
  };
  for (const auto& [error, reason] : {
           Row{{}, Reason::none},
           Row{Error::timeout, Reason::upstream_timeout},
           Row{Error::closed, Reason::upstream_closed},
           Row{Error::reset, Reason::upstream_closed},
           Row{Error::unavailable, Reason::upstream_unreachable},
           Row{Error::malformed, Reason::upstream_malformed},
           Row{Error::head_too_large, Reason::upstream_malformed},
           Row{http::Fault::chunk, Reason::upstream_malformed},
           Row{Error::canceled, Reason::shutdown},
           Row{Error::client_left, Reason::none},
           Row{system(ECONNREFUSED), Reason::upstream_refused},
           Row{system(EHOSTUNREACH), Reason::upstream_unreachable},
           Row{system(EACCES), Reason::upstream_unreachable},
           Row{system(ETIMEDOUT), Reason::upstream_timeout},
           Row{system(EMFILE), Reason::no_descriptors},
           Row{system(ENFILE), Reason::no_descriptors},
           Row{boost::asio::error::host_not_found, Reason::upstream_unresolved},
           Row{boost::asio::error::host_not_found_try_again, Reason::upstream_unresolved},
           Row{boost::asio::error::service_not_found, Reason::upstream_unresolved},
       }) {
    CAPTURE(error.message());
    CHECK(policy::failure_reason(error) == reason);
    CHECK(policy::is_failure(reason) == (reason != Reason::none));
  }
}
