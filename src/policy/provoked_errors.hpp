#pragma once

#include <larder/http/message.hpp>
#include <larder/policy/route.hpp>

namespace larder::policy {

/// Whether the form of a request alone can have made its origin answer with this error: what is in no key
/// must not decide what others get (src/http1/README.md, CPDoS). Such an error is stored if the route
/// names its status, and only then.
bool may_be_provoked(const Route& route, const http::RequestHead& request, int status);

}  // namespace larder::policy
