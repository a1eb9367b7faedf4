#include "include.hpp"

#include "parse.hpp"
#include "sections.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <glob.h>
#include <map>
#include <optional>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace larder::config {
namespace {

constexpr std::size_t most_files = 1'000;
constexpr std::uint64_t largest_file = 4u << 20;
constexpr std::uint64_t most_bytes = 16u << 20;
constexpr const char* include_key = "include";

/// `a/` of `a/b`, to which `b`'s neighbours are relative.
std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? std::string() : path.substr(0, slash + 1);
}

bool is_glob(const std::string& path) {
  return path.find_first_of("*?[") != path.npos;
}

struct Matches {
  std::vector<std::string> paths;  ///< by name
  std::string mistake;  ///< why a folder could not be read: routes in it would be missed in silence
};

Matches matches_of(const std::string& pattern) {
  const std::string folder = folder_of(pattern);
  struct ::stat status {};
  if (!folder.empty() && !is_glob(folder) && ::stat(folder.c_str(), &status) != 0) {
    return {{}, std::strerror(errno)};
  }
  glob_t found{};
  Matches matches;
  const int result = ::glob(pattern.c_str(), GLOB_NOSORT | GLOB_ERR, nullptr, &found);
  if (result != 0 && result != GLOB_NOMATCH) matches.mistake = std::strerror(errno);
  if (result == 0) matches.paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  std::ranges::sort(matches.paths);
  return matches;
}

std::string cannot_be_read(const std::string& path, const std::string& why) {
  return quoted(path) + " cannot be read: " + why;
}

/// What a file is, whatever it is called.
using Identity = std::pair<::dev_t, ::ino_t>;

bool is_include(const Node& item) {
  return item.find(include_key) != nullptr;
}

class Including {
 public:
  Including(const std::string& path, Source& source) : folder_(folder_of(path)), source_(source) {
    struct ::stat found {};
    if (::stat(path.c_str(), &found) == 0) this_ = {found.st_dev, found.st_ino};
  }

  Node apply(const Node& root) {
    const Node* const written = root.find("routes");
    for (const Node& item : written->items()) {
      if (is_include(item)) {
        include(Value(item, "include", source_));
      } else {
        routes_.push_back(item);
      }
    }
    return together(root, Node::list(written->place()));
  }

 private:
  void include(const Value& item) {
    Map map(item);
    const Value named(map.find(include_key)->node(), include_key, source_);
    map.refuse_unknown();
    const std::optional<std::string> text = named.text("a file or a glob, as conf.d/*.yaml");
    if (!text) return;
    const std::string path = text->starts_with('/') ? *text : folder_ + *text;
    if (!is_glob(*text)) return read(named, path);
    const Matches matches = matches_of(path);
    if (!matches.mistake.empty()) {
      named.error(cannot_be_read(path, matches.mistake));
    } else if (matches.paths.empty()) {
      named.warning("no file matches " + quoted(path));
    }
    for (const std::string& one : matches.paths) read(named, one);
  }

  void read(const Value& named, const std::string& path) {
    struct ::stat found {};
    if (::stat(path.c_str(), &found) == 0) {
      if (!is_new_file(named, path, {found.st_dev, found.st_ino})) return;
      // Of a pipe the end may never come.
      if (!S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode)) {
        named.error(quoted(path) + " is not a file");
        return;
      }
    }
    const FileText file = text_of(path);
    if (!file.mistake.empty()) {
      named.error(cannot_be_read(path, file.mistake));
      return;
    }
    bytes_ += file.text.size();
    const std::optional<Node> root = parse_yaml(file.text, source_.add_file(path), source_);
    if (root && !root->is_nothing()) take(Value(*root, "", source_));
  }

  bool is_new_file(const Value& named, const std::string& path, const Identity& identity) {
    const auto [earlier, is_new] = files_.emplace(identity, named.node().place());
    if (identity == this_) {
      named.error(quoted(path) + " is this file itself");
    } else if (!is_new) {
      named.error(quoted(path) + " is included already " +
                  source_.whereabouts(earlier->second, named.node().place()));
    } else if (files_.size() == most_files + 1) {
      named.error("there are more than 1000 files");
    }
    return is_new && identity != this_ && files_.size() <= most_files;
  }

  FileText text_of(const std::string& path) const {
    if (bytes_ >= most_bytes) return {{}, "all files together are larger than 16 MiB"};
    return read_file(path);
  }

  /// Takes what an included file holds.
  void take(const Value& root) {
    if (!root.is_map()) return root.mismatch("a map");
    Map map(root);
    const Value* const upstreams = map.find("upstreams");
    const Value* const routes = map.find("routes");
    for (const Row<Config>& row : config_keys().rows) {
      const bool is_taken = row.name == "upstreams" || row.name == "routes";
      const Value* const found = is_taken ? nullptr : map.find(row.name);
      if (found != nullptr) found->error("belongs in the file that includes this one");
    }
    map.refuse_unknown();
    if (upstreams != nullptr) take_upstreams(*upstreams);
    if (routes != nullptr) take_routes(*routes);
  }

  void take_upstreams(const Value& upstreams) {
    if (!upstreams.is_map()) return upstreams.mismatch("a map of upstreams by name");
    if (upstreams_.is_nothing()) upstreams_ = Node::map(upstreams.node().place());
    for (const Node::Entry& entry : upstreams.node().entries()) upstreams_.insert(entry);
  }

  void take_routes(const Value& routes) {
    if (!routes.is_list()) return routes.mismatch("a list of routes");
    for (const Node& item : routes.node().items()) {
      if (is_include(item)) {
        Value(item, include_key, source_).error("an included file includes no others");
      } else {
        routes_.push_back(item);
      }
    }
  }

  Node together(const Node& root, Node routes) {
    for (Node& route : routes_) routes.push_back(std::move(route));
    const Node* const own = root.find("upstreams");
    if (own != nullptr && !own->is_map()) upstreams_ = Node();
    Node whole = Node::map(root.place());
    for (const Node::Entry& entry : root.entries()) {
      if (entry.key == "routes") {
        whole.insert({entry.key, entry.place, routes});
      } else if (&entry.value == own && !upstreams_.is_nothing()) {
        whole.insert({entry.key, entry.place, both(*own, upstreams_)});
      } else {
        whole.insert(entry);
      }
    }
    if (own == nullptr && !upstreams_.is_nothing()) {
      whole.insert({"upstreams", upstreams_.place(), upstreams_});
    }
    return whole;
  }

  static Node both(const Node& one, const Node& other) {
    Node map = Node::map(one.place());
    for (const Node::Entry& entry : one.entries()) map.insert(entry);
    for (const Node::Entry& entry : other.entries()) map.insert(entry);
    return map;
  }

  std::string folder_;
  std::optional<Identity> this_;
  Source& source_;
  std::map<Identity, Place> files_;  ///< where each was included
  std::uint64_t bytes_ = 0;
  std::vector<Node> routes_;
  Node upstreams_;
};

}  // namespace

FileText read_file(const std::string& path) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return {{}, std::strerror(errno)};
  FileText file;
  std::array<char, 16 * 1024> piece{};
  while (file.text.size() <= largest_file && stream) {
    stream.read(piece.data(), piece.size());
    file.text.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad()) return {{}, std::strerror(errno)};
  if (file.text.size() > largest_file) return {{}, "it is larger than 4 MiB"};
  return file;
}

Node with_included(const Node& root, const std::string& path, Source& source) {
  const Node* const routes = root.find("routes");
  if (routes == nullptr || std::ranges::none_of(routes->items(), is_include)) return root;
  return Including(path, source).apply(root);
}

}  // namespace larder::config
