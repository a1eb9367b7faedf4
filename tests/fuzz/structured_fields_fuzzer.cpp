// Structured fields: what is read can be written according to RFC 9651, section 4.1, and is read back the
// same.
#include "fuzz.hpp"
#include "structured_writer.hpp"

using namespace larder::fuzz;
using namespace larder::http::structured;

namespace {

template <class Value>
void require_round_trip(const std::optional<Value>& value, std::optional<Value> (*parse)(std::string_view)) {
  if (!value) return;
  const std::optional<Value> again = parse(write(*value));
  require(again && *again == *value, "what was read is written and read again as the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  require_round_trip(parse_item(text), parse_item);
  require_round_trip(parse_list(text), parse_list);
  require_round_trip(parse_dictionary(text), parse_dictionary);
  return 0;
}
