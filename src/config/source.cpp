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

std::size_t Source::add_file(std::string name) {
  files_.push_back(std::move(name));
  return files_.size() - 1;
}

Diagnostic& Source::error(const Place& place, std::string message) {
  ++errors_;
  return add(Diagnostic::Severity::error, place, std::move(message));
}

Diagnostic& Source::warning(const Place& place, std::string message) {
  return add(Diagnostic::Severity::warning, place, std::move(message));
}

Diagnostic& Source::add(Diagnostic::Severity severity, const Place& place, std::string message) {
  Diagnostic& diagnostic = told_.emplace_back(place, Diagnostic{}).diagnostic;
  diagnostic.severity = severity;
  diagnostic.file = files_[place.file];
  diagnostic.line = place.line;
  diagnostic.column = place.column;
  diagnostic.message = std::move(message);
  return diagnostic;
}

void Source::add_named_file(std::string key, const Place& place, std::string path) {
  named_files_.push_back({std::move(key), std::move(path), files_[place.file], place.line, place.column});
}

std::string Source::whereabouts(const Place& place, const Place& from) const {
  const std::string line = std::to_string(place.line);
  if (place.file == from.file) return "on line " + line;
  return "at " + files_[place.file] + ":" + line + ":" + std::to_string(place.column);
}

std::vector<Diagnostic> Source::take() {
  std::ranges::stable_sort(told_, {}, [](const Told& one) {
    return std::tuple(one.place.file, one.place.line, one.place.column);
  });
  std::vector<Diagnostic> diagnostics;
  for (Told& one : std::exchange(told_, {})) diagnostics.push_back(std::move(one.diagnostic));
  return diagnostics;
}

}  // namespace larder::config
