#include "include.hpp"
#include "parse.hpp"
#include "sections.hpp"

#include <larder/config/load.hpp>

#include <algorithm>
#include <optional>

namespace larder::config {
namespace {

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
    const Node whole = with_included(*root, std::string(file), source);
    read_keys(Value(whole, "", source), config_keys(), loaded.config);
  }
  loaded.diagnostics = source.take();
  loaded.named_files = source.take_named_files();
  return loaded;
}

Loaded load_file(const std::string& path, const Environment& environment) {
  const FileText file = read_file(path);
  if (!file.mistake.empty()) return unreadable(path, file.mistake);
  return load_text(file.text, path, environment);
}

}  // namespace larder::config
