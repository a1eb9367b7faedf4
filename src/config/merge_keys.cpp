#include "merge_keys.hpp"

#include <vector>

namespace larder::config {
namespace {

constexpr const char* merge_key = "<<";
// Aliases can hold each other, and a few lines of them a million nodes.
constexpr std::size_t deepest = 100;
constexpr std::size_t most_nodes = 4u << 20;

class Merging {
 public:
  explicit Merging(Source& source) : source_(source) {}

  void expand(YAML::Node node, std::size_t depth) {
    if (depth > deepest || ++nodes_ > most_nodes) return refuse(node);
    if (node.IsSequence()) {
      for (const YAML::Node& item : node) expand(item, depth + 1);
    } else if (node.IsMap()) {
      for (const auto& pair : node) expand(pair.second, depth + 1);
      merge_into(node);
    }
  }

 private:
  void refuse(const YAML::Node& node) {
    if (is_refused_) return;
    is_refused_ = true;
    source_.error(node.Mark(), "aliases within aliases: too many of them");
  }

  void merge_into(YAML::Node& map) {
    std::vector<YAML::Node> sources;
    for (const auto& pair : map) {
      if (!pair.first.IsScalar() || pair.first.Scalar() != merge_key) continue;
      if (pair.second.IsSequence()) {
        for (const YAML::Node& one : pair.second) sources.push_back(one);
      } else {
        sources.push_back(pair.second);
      }
    }
    if (sources.empty()) return;
    map.remove(merge_key);
    for (const YAML::Node& merged : sources) {
      if (!merged.IsMap()) {
        source_.error(merged.Mark(), "\"<<\" takes a map by its name, as <<: *name, or a list of some");
        continue;
      }
      for (const auto& pair : merged) {
        if (!has_key(map, pair.first)) map.force_insert(pair.first, pair.second);
      }
    }
  }

  static bool has_key(const YAML::Node& map, const YAML::Node& key) {
    if (!key.IsScalar()) return false;
    for (const auto& pair : map) {
      if (pair.first.IsScalar() && pair.first.Scalar() == key.Scalar()) return true;
    }
    return false;
  }

  Source& source_;
  std::size_t nodes_ = 0;
  bool is_refused_ = false;
};

}  // namespace

void expand_merge_keys(const YAML::Node& root, Source& source) {
  Merging(source).expand(root, 0);
}

}  // namespace larder::config
