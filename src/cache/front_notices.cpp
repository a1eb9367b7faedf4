#include <larder/cache/front_notices.hpp>

namespace larder::cache {

void FrontNotices::tell_overwritten(const std::string& peer, std::string_view said, std::string_view scheme,
                                    SteadyTime now) {
  if (!overwritten_.is_due(peer, now)) return;
  log_.warn(
      "{} says X-Forwarded-Proto: {}, which the upstream sees as {}: only trusted_proxies are believed. If "
      "it "
      "is yours, list it there, or an app that redirects to {} will do so for ever",
      peer, said, scheme, said);
}

void FrontNotices::tell_unread(const std::string& peer, std::string_view family, SteadyTime now) {
  if (!unread_.is_due(peer, now)) return;
  log_.warn(
      "{}, one of trusted_proxies, sends {}, which is not read: its clients go by its own address and "
      "scheme. "
      "Say trusted_proxies: {{fields: {}}}",
      peer, family, family == "Forwarded" ? "forwarded" : "x-forwarded");
}

}  // namespace larder::cache
