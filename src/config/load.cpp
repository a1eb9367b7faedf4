#include "parse.hpp"
#include "sections.hpp"

#include <larder/config/load.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>

namespace larder::config {
namespace {

constexpr std::size_t largest_file = 4u << 20;

Loaded unreadable(const std::string& path, std::string why) {
  Loaded loaded;
  Diagnostic& diagnostic = loaded.diagnostics.emplace_back();
  diagnostic.file = path;
  diagnostic.message = "cannot be read: " + std::move(why);
  return loaded;
}

}  // namespace

std::string Diagnostic::text() const {
  std::string text = file;
  if (line > 0) text += ":" + std::to_string(line) + ":" + std::to_string(column);
  if (!text.empty()) text += ": ";
  if (severity == Severity::warning) text += "warning: ";
  return text + message;
}

bool Loaded::ok() const {
  return std::ranges::none_of(
      diagnostics, [](const Diagnostic& one) { return one.severity == Diagnostic::Severity::error; });
}

Loaded load_text(std::string_view yaml, std::string_view file, const Environment& environment) {
  Loaded loaded;
  Source source(std::string(file), &environment);
  const std::optional<Node> root = parse_yaml(std::string(yaml), 0, source);
  if (root && root->is_nothing()) {
    source.error({0, 1, 1}, "\"upstreams\" is missing: larder needs at least one").settled_by = "--upstream";
  } else if (root) {
    read_keys(Value(*root, "", source), config_keys(), loaded.config);
  }
  loaded.diagnostics = source.take();
  return loaded;
}

Loaded load_file(const std::string& path, const Environment& environment) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return unreadable(path, std::strerror(errno));
  std::string text;
  std::array<char, 16 * 1024> piece{};
  while (text.size() <= largest_file && stream) {
    stream.read(piece.data(), piece.size());
    text.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad()) return unreadable(path, std::strerror(errno));
  if (text.size() > largest_file) return unreadable(path, "it is larger than 4 MiB");
  return load_text(text, path, environment);
}

}  // namespace larder::config
