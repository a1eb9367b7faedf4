#include "parse.hpp"

#include "yaml_mistakes.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <sstream>
#include <unordered_set>
#include <utility>
#include <vector>

namespace larder::config {
namespace {

constexpr const char* merge_key = "<<";
// A few lines of aliases that name each other are a million nodes.
constexpr std::size_t most_nodes = 4u << 20;

Place place_of(const YAML::Mark& mark, std::size_t file) {
  // yaml-cpp counts from 0.
  return {file, static_cast<std::size_t>(mark.line + 1), static_cast<std::size_t>(mark.column + 1)};
}

struct TooManyNodes {
  Place place;
};

/// Makes the nodes of a document, which the parser tells one by one.
class Builder final : public YAML::EventHandler {
 public:
  Builder(std::size_t file, Source& source) : file_(file), source_(source) {}

  Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(named(Node::nothing(place_of(mark, file_)), anchor));
  }

  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& text) override {
    if (anchor == YAML::NullAnchor && awaits_key()) return begin_entry(text, mark);
    add(named(Node(text, place_of(mark, file_)), anchor));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (anchor < anchors_.size() && anchors_[anchor].is_whole) return add(anchors_[anchor].node);
    source_.error(place_of(mark, file_), "an alias stands within what it names");
    add(Node::nothing(place_of(mark, file_)));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open_.push_back({Node::list(place_of(mark, file_)), anchor});
  }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open_.push_back({Node::map(place_of(mark, file_)), anchor});
  }

  void OnSequenceEnd() override { close(); }

  void OnMapEnd() override {
    merge();
    close();
  }

 private:
  struct Anchor {
    Node node;
    bool is_whole = false;
  };

  /// A list or map whose end has not come.
  struct Open {
    Node node;
    YAML::anchor_t anchor;
    std::optional<Node::Entry> entry{};  ///< whose value has not come
    std::vector<Node> merged{};          ///< what merge keys name
  };

  bool awaits_key() const { return !open_.empty() && open_.back().node.is_map() && !open_.back().entry; }

  void begin_entry(std::string key, const YAML::Mark& mark) {
    open_.back().entry = Node::Entry{std::move(key), place_of(mark, file_), {}};
  }

  Node named(Node node, YAML::anchor_t anchor) {
    if (anchor == YAML::NullAnchor) return node;
    if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
    anchors_[anchor] = {node, true};
    return node;
  }

  void add(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& open = open_.back();
    if (open.node.is_list()) {
      open.node.push_back(std::move(node));
    } else if (!open.entry) {
      open.entry = Node::Entry{node.text(), node.place(), {}, node.is_text()};
    } else if (open.entry->has_word && open.entry->key == merge_key) {
      add_merged(open, node);
    } else {
      open.entry->value = std::move(node);
      open.node.insert(*std::exchange(open.entry, std::nullopt));
    }
    refuse_heavy(open.node);
  }

  static void add_merged(Open& open, const Node& node) {
    open.entry.reset();
    if (node.is_list()) {
      open.merged.insert(open.merged.end(), node.items().begin(), node.items().end());
    } else {
      open.merged.push_back(node);
    }
  }

  void close() {
    Open open = std::move(open_.back());
    open_.pop_back();
    add(named(std::move(open.node), open.anchor));
  }

  void merge() {
    Open& open = open_.back();
    if (open.merged.empty()) return;
    std::unordered_set<std::string> keys;
    for (const Node::Entry& entry : open.node.entries()) keys.insert(entry.key);
    for (const Node& merged : open.merged) {
      if (!merged.is_map()) {
        source_.error(merged.place(), "\"<<\" takes a map by its name, as <<: *name, or a list of some");
      }
      for (const Node::Entry& entry : merged.entries()) {
        if (keys.insert(entry.key).second) open.node.insert(entry);
        refuse_heavy(open.node);
      }
    }
  }

  static void refuse_heavy(const Node& node) {
    if (node.weight() > most_nodes) throw TooManyNodes{node.place()};
  }

  std::size_t file_;
  Source& source_;
  Node root_;
  std::vector<Open> open_;
  std::vector<Anchor> anchors_;
};

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

}  // namespace

std::optional<Node> parse_yaml(const std::string& yaml, std::size_t file, Source& source) {
  try {
    std::istringstream stream(yaml);
    YAML::Parser parser(stream);
    Builder builder(file, source);
    if (!parser.HandleNextDocument(builder)) return Node();
    // No further: if a document is followed by a stray "," or "]", yaml-cpp 0.7 finds empty ones for ever.
    DocumentStart second;
    if (!parser.HandleNextDocument(second)) return builder.take();
    source.error(place_of(second.mark, file), "not one YAML document: something else begins here");
  } catch (const YAML::Exception& exception) {
    YamlMistake mistake = yaml_mistake_in(yaml, exception);
    source.error(place_of(mistake.mark, file), std::move(mistake.message));
  } catch (const TooManyNodes& found) {
    source.error(found.place, "aliases within aliases: too many of them");
  }
  return std::nullopt;
}

}  // namespace larder::config
