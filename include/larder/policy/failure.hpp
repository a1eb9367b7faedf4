#pragma once

#include <larder/policy/reason.hpp>

#include <boost/system/error_code.hpp>

namespace larder::policy {

/// Why an upstream could not be asked, or did not answer. Reason::none if the client has left;
/// Reason::shutdown if larder ends.
Reason failure_reason(const boost::system::error_code& error);

}  // namespace larder::policy
