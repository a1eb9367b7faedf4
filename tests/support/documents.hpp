#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace larder::test {

/// A link to a place in the repository, as it is written: `../src/README.md#words`.
struct Link {
  std::string path;    ///< empty: the same document
  std::string anchor;  ///< without its `#`; may be empty
};

/// A fenced block.
struct Block {
  std::string language;
  std::vector<std::string> lines;

  std::string text() const;
};

/// A README.md of the repository.
struct Document {
  std::string path;  ///< below the repository's root
  std::vector<std::string> headings;
  std::vector<Link> links;
  std::vector<Block> blocks;
  std::vector<std::string> commands;  ///< of indented blocks and after `$ ` in dialogues, without comments
  std::vector<std::string> spans;     ///< what stands between backticks

  bool has_anchor(std::string_view anchor) const;
};

/// Where all of them are looked for, and where paths begin.
std::filesystem::path repository();

std::vector<Document> documents();

/// The words of a command as a shell splits them: quotes are removed, nothing is expanded.
std::vector<std::string> words_of(std::string_view command);

/// A passage that a comment names: `src/README.md, "Key"`.
struct Citation {
  std::string file;  ///< in which it is cited
  std::string path;
  std::string heading;
};

/// The citations in the sources, tests and configuration files, across line breaks.
std::vector<Citation> citations();

}  // namespace larder::test
