#include "merge_keys.hpp"
#include "sections.hpp"
#include "yaml_mistakes.hpp"

#include <larder/config/load.hpp>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>

namespace larder::config {
namespace {

constexpr std::size_t largest_file = 4u << 20;

/// Sees where a document begins, and nothing else.
class DocumentStart final : public YAML::EventHandler {
 public:
  YAML::Mark mark;

  void OnDocumentStart(const YAML::Mark& start) override { mark = start; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}
};

/// Where a second document begins. YAML::LoadAll() would tell, but yaml-cpp 0.7 never ends in it if a
/// document is followed by a stray mark such as "," or "]": it finds empty documents for ever.
std::optional<YAML::Mark> second_document(const std::string& yaml) {
  std::istringstream stream(yaml);
  YAML::Parser parser(stream);
  DocumentStart start;
  if (!parser.HandleNextDocument(start) || !parser.HandleNextDocument(start)) return std::nullopt;
  return start.mark;
}

/// The one document of a text; an empty text is an empty map.
std::optional<YAML::Node> parse(const std::string& yaml, Source& source) {
  try {
    const std::optional<YAML::Mark> second = second_document(yaml);
    if (second) {
      source.error(*second, "not one YAML document: something else begins here");
      return std::nullopt;
    }
    YAML::Node root = YAML::Load(yaml);
    if (yaml.find("<<") != std::string::npos) expand_merge_keys(root, source);
    if (!root.IsNull()) return root;
    source.error(YAML::Mark(), "\"upstreams\" is missing: larder needs at least one").settled_by =
        "--upstream";
  } catch (const YAML::Exception& exception) {
    YamlMistake mistake = yaml_mistake_in(yaml, exception);
    source.error(mistake.mark, std::move(mistake.message));
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
  const std::optional<YAML::Node> root = parse(std::string(yaml), source);
  if (root) read_keys(Value(*root, "", source), config_keys(), loaded.config);
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
