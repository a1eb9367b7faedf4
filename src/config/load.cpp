#include "sections.hpp"

#include <larder/config/load.hpp>

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

namespace larder::config {
namespace {

constexpr std::size_t largest_file = 4u << 20;

/// The one document of a text; an empty text is an empty map.
std::optional<YAML::Node> parse(std::string_view yaml, Source& source) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(yaml));
    if (documents.size() > 1) source.error(documents[1].Mark(), "a second document: one is read");
    if (!documents.empty() && !documents.front().IsNull()) return documents.front();
    source.error(YAML::Mark(), "\"upstreams\" is missing: larder needs at least one").settled_by =
        "--upstream";
  } catch (const YAML::Exception& exception) {
    source.error(exception.mark, "not YAML: " + exception.msg);
  }
  return std::nullopt;
}

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
  const std::optional<YAML::Node> root = parse(yaml, source);
  if (root) read_config(Value(*root, "", source), loaded.config);
  loaded.diagnostics = source.take();
  return loaded;
}

Loaded load_file(const std::string& path, const Environment& environment) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return unreadable(path, std::strerror(errno));
  std::string text(largest_file + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return unreadable(path, std::strerror(errno));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > largest_file) return unreadable(path, "it is larger than 4 MiB");
  return load_text(text, path, environment);
}

}  // namespace larder::config
