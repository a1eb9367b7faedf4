#include "support/documents.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <utility>

namespace larder::test {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// What is built or fetched does not belong to the repository.
bool is_foreign(const fs::path& folder) {
  const std::string name = folder.filename();
  return name == "build" || name == "node_modules" || name == ".git" || name == "corpus";
}

std::vector<fs::path> files_below(const fs::path& root) {
  std::vector<fs::path> found;
  for (auto at = fs::recursive_directory_iterator(root); at != fs::recursive_directory_iterator(); ++at) {
    if (at->is_directory() && is_foreign(at->path())) at.disable_recursion_pending();
    if (at->is_regular_file()) found.push_back(at->path());
  }
  std::ranges::sort(found);
  return found;
}

/// As GitHub makes anchors: lower case, spaces become hyphens, punctuation goes.
std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (const char byte : heading) {
    if (byte == ' ') anchor += '-';
    if (std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '-' || byte == '_')
      anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  }
  return anchor;
}

std::string without_comment(std::string command) {
  const std::size_t at = command.find(" # ");
  const std::size_t wide = command.find("  #");
  command.erase(std::min({at, wide, command.size()}));
  while (command.ends_with(' ')) command.pop_back();
  return command;
}

void read_text(const std::string& line, Document& document) {
  static const std::regex link(R"(\]\(([^)#\s]*)(?:#([^)\s]*))?\))");
  static const std::regex span("`([^`]+)`");
  if (line.starts_with("#")) document.headings.push_back(line.substr(line.find_first_not_of("# ")));
  for (std::sregex_iterator at(line.begin(), line.end(), link); at != std::sregex_iterator(); ++at) {
    if (!(*at)[1].str().starts_with("http")) document.links.push_back({(*at)[1], (*at)[2]});
  }
  for (std::sregex_iterator at(line.begin(), line.end(), span); at != std::sregex_iterator(); ++at)
    document.spans.push_back((*at)[1]);
}

Document read_document(const fs::path& path) {
  Document document{.path = fs::relative(path, repository())};
  std::istringstream lines(text_of(path));
  bool is_fenced = false;
  bool may_be_code = true;  // an indented line that continues a list item is not
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      is_fenced = !is_fenced;
      if (is_fenced) document.blocks.push_back({line.substr(3), {}});
    } else if (is_fenced) {
      document.blocks.back().lines.push_back(line);
      if (line.starts_with("$ ")) document.commands.push_back(without_comment(line.substr(2)));
    } else if (line.starts_with("    ") && may_be_code) {
      document.commands.push_back(without_comment(line.substr(4)));
      continue;
    } else {
      read_text(line, document);
    }
    may_be_code = line.empty();
  }
  return document;
}

void collect_citations(const fs::path& path, std::vector<Citation>& found) {
  static const std::regex break_of_line(R"(\n\s*(//+|#) ?)");
  static const std::regex citation(R"re(([a-z0-9/]*README\.md), \\?"([A-Z][^"\\]*)\\?")re");
  const std::string text = std::regex_replace(text_of(path), break_of_line, " ");
  for (std::sregex_iterator at(text.begin(), text.end(), citation); at != std::sregex_iterator(); ++at)
    found.push_back({fs::relative(path, repository()), (*at)[1], (*at)[2]});
}

}  // namespace

std::string Block::text() const {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

bool Document::has_anchor(std::string_view anchor) const {
  return std::ranges::any_of(headings,
                             [&](const std::string& heading) { return anchor_of(heading) == anchor; });
}

fs::path repository() {
  return LARDER_SOURCE_DIR;
}

std::vector<Document> documents() {
  std::vector<Document> found;
  for (const fs::path& path : files_below(repository())) {
    if (path.filename() == "README.md") found.push_back(read_document(path));
  }
  return found;
}

std::vector<std::string> words_of(std::string_view command) {
  std::vector<std::string> words;
  bool is_open = false;
  char quote = 0;
  for (const char byte : command) {
    if (quote == 0 && byte == ' ') {
      is_open = false;
      continue;
    }
    if (!std::exchange(is_open, true)) words.emplace_back();
    if (byte == quote) {
      quote = 0;
    } else if (quote == 0 && (byte == '"' || byte == '\'')) {
      quote = byte;
    } else {
      words.back() += byte;
    }
  }
  return words;
}

std::vector<Citation> citations() {
  std::vector<Citation> found;
  for (const char* folder : {"src", "include", "tests", "config", "deploy"}) {
    for (const fs::path& path : files_below(repository() / folder)) {
      const std::string type = path.extension();
      const bool is_read =
          type == ".cpp" || type == ".hpp" || type == ".txt" || type == ".yaml" || type == ".json";
      if (is_read && path.filename() != "documents.cpp") collect_citations(path, found);
    }
  }
  return found;
}

}  // namespace larder::test
