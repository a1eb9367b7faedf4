#include <larder/cache/front_notices.hpp>

namespace larder::cache {

void FrontNotices::tell(const std::string& peer, std::string_view said, std::string_view scheme,
                        SteadyTime now) {
  if (!told_.is_due(peer, now)) return;
  log_.warn(
      "{} says X-Forwarded-Proto: {}, which the upstream sees as {}: only trusted_proxies are believed. If "
      "it "
      "is yours, list it there, or an app that redirects to {} will do so for ever",
      peer, said, scheme, said);
}

}  // namespace larder::cache
