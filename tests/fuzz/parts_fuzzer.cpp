// Ranges answered from stored responses, whole or partial: never a byte that is not there.
#include "fuzz.hpp"

#include <larder/policy/partial.hpp>

using namespace larder;
using namespace larder::fuzz;

namespace {

const Time now{Milliseconds{1'700'000'000'000}};

void check_whole(const http::RequestHead& request, const http::FieldList& stored, std::uint64_t length) {
  const policy::RangeDecision decision = policy::decide_range(request, stored, length, now);
  if (decision.action != policy::RangeDecision::Action::part) return;
  require(decision.range.first <= decision.range.last && decision.range.last < length,
          "a part lies within the whole");
}

void check_part(const http::RequestHead& request, const http::FieldList& stored, std::size_t size) {
  const auto decision = policy::decide_part(request, stored, size, now);
  if (!decision) return;
  require(decision->from <= size && decision->size <= size - decision->from,
          "a part lies within what is stored");
  const auto served = http::parse_content_range(decision->content_range);
  const auto held = http::parse_content_range(stored.find("Content-Range").value_or(""));
  require(served && held && served->length == held->length, "a part is one of the stored whole");
  require(served->range.first == held->range.first + decision->from, "a part begins where it says");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(text_of(data, size));
  const std::uint64_t length = input.byte() + 256 * input.byte();
  http::RequestHead request;
  request.method = "GET";
  request.fields = fields_from(input, 3);
  http::FieldList stored = fields_from(input, 6);
  check_whole(request, stored, length);
  check_part(request, stored, length);
  const auto range = request.fields.find("Range");
  if (range) check_part(request, policy::part_fields(stored, *range), length);
  require(!policy::served_part_fields(stored).contains("Content-Range"), "Content-Range is written anew");
  return 0;
}
