#include "source.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace larder::config {

std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 80;
  std::string result = "\"";
  for (const char c : text.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(c);
    result += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  if (text.size() > longest) result += "...";
  return result + '"';
}

Diagnostic& Source::error(const YAML::Mark& mark, std::string message) {
  return add(Diagnostic::Severity::error, mark, std::move(message));
}

Diagnostic& Source::warning(const YAML::Mark& mark, std::string message) {
  return add(Diagnostic::Severity::warning, mark, std::move(message));
}

Diagnostic& Source::add(Diagnostic::Severity severity, const YAML::Mark& mark, std::string message) {
  Diagnostic& diagnostic = diagnostics_.emplace_back();
  diagnostic.severity = severity;
  diagnostic.file = file_;
  // yaml-cpp counts from 0, and a node of no text has -1.
  diagnostic.line = static_cast<std::size_t>(mark.line + 1);
  diagnostic.column = static_cast<std::size_t>(mark.column + 1);
  diagnostic.message = std::move(message);
  return diagnostic;
}

std::vector<Diagnostic> Source::take() {
  std::ranges::stable_sort(diagnostics_, {},
                           [](const Diagnostic& one) { return std::tuple(one.line, one.column); });
  return std::exchange(diagnostics_, {});
}

}  // namespace larder::config
