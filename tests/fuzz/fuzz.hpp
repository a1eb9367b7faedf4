#pragma once

#include <larder/http/field_list.hpp>

#include <cstdint>
#include <string>
#include <string_view>

/// What libFuzzer calls with each input (https://llvm.org/docs/LibFuzzer.html); each target defines it once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace larder::fuzz {

/// Ends the process with `property` on stderr if it does not hold: libFuzzer keeps the input.
void require(bool holds, const char* property);

std::string_view text_of(const std::uint8_t* data, std::size_t size);

/// Takes parts off the front of an input.
class Input {
 public:
  explicit Input(std::string_view text) : rest_(text) {}

  /// 0 once there is none left.
  unsigned byte();
  /// Up to the next LF, which is consumed too.
  std::string_view line();
  std::string_view rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// Field lines from lines `Name: value`; those that no parser would accept are left out.
http::FieldList fields_from(Input& input, std::size_t most_lines);

/// Whether `fields` are as a parser may return them: names that are tokens, values that are trimmed and
/// contain no control bytes.
void require_sound(const http::FieldList& fields);

}  // namespace larder::fuzz
