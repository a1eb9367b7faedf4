// Cache-Control and targeted fields, and the lifetimes that result. A strict reading never loosens:
// what one line forbids no other line allows.
#include "fuzz.hpp"

#include <larder/base/token.hpp>
#include <larder/http/cache_control.hpp>
#include <larder/http/cache_groups.hpp>
#include <larder/policy/freshness.hpp>
#include <larder/policy/storing.hpp>

using namespace larder;
using namespace larder::fuzz;

namespace {

const Time now{Milliseconds{1'700'000'000'000}};
constexpr Seconds longest{std::int64_t{1} << 31};

void require_in_range(const std::optional<Seconds>& lifetime) {
  if (lifetime) require(*lifetime >= Seconds{0} && *lifetime <= longest, "a delta-seconds is 0 to 2^31");
}

void require_sound_control(const http::CacheControl& control) {
  require(control.present, "directives come of a field");
  for (const auto& lifetime : {control.max_age, control.s_maxage, control.stale_while_revalidate,
                               control.stale_if_error, control.max_stale, control.min_fresh}) {
    require_in_range(lifetime);
  }
  for (const auto& name : control.no_cache_fields) require(is_token(name), "no-cache names fields");
  for (const auto& name : control.private_fields) require(is_token(name), "private names fields");
}

void require_not_longer(const std::optional<Seconds>& with, const std::optional<Seconds>& without) {
  if (without) require(with && *with <= *without, "a line more never lengthens a lifetime");
}

void require_stricter(const http::CacheControl& with, const http::CacheControl& without) {
  require(with.no_store >= without.no_store && with.no_cache >= without.no_cache &&
              with.is_private >= without.is_private && with.must_revalidate >= without.must_revalidate &&
              with.proxy_revalidate >= without.proxy_revalidate,
          "a line more never takes back what another forbids");
  require_not_longer(with.max_age, without.max_age);
  require_not_longer(with.s_maxage, without.s_maxage);
  require_not_longer(with.stale_while_revalidate, without.stale_while_revalidate);
  require_not_longer(with.stale_if_error, without.stale_if_error);
}

void require_monotonous(const http::FieldList& fields) {
  http::FieldList fewer;
  http::CacheControl before;
  for (const http::Field field : fields) {
    fewer.add(field.name, field.value);
    const http::CacheControl after = http::parse_cache_control(fewer);
    require_stricter(after, before);
    before = after;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(text_of(data, size));
  http::ResponseHead response;
  response.fields = fields_from(input, 8);
  require_monotonous(response.fields);
  const http::CacheControl control = http::parse_cache_control(response.fields);
  if (control.present) require_sound_control(control);
  const auto targeted = http::parse_targeted_cache_control(response.fields, "CDN-Cache-Control");
  if (targeted) require_sound_control(*targeted);
  http::parse_cache_groups(response.fields);

  const auto stated = policy::stated_freshness(response, now);
  if (stated) require(*stated >= Milliseconds{0}, "a lifetime is not negative");
  const auto heuristic = policy::heuristic_freshness(response, now);
  if (heuristic) require(*heuristic >= Milliseconds{0}, "a heuristic lifetime is not negative");
  require(policy::initial_age(response, now, now) >= Milliseconds{0}, "an age is not negative");
  require_sound(policy::storable_fields(response));
  return 0;
}
