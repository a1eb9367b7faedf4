#include "config/emit.hpp"

#include "config/parse.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace larder::config;

namespace {

/// Whether the two say the same, wherever they stand.
bool is_same(const Node& one, const Node& other) {
  if (one.is_text() != other.is_text() || one.is_list() != other.is_list() || one.is_map() != other.is_map())
    return false;
  if (one.text() != other.text() || one.items().size() != other.items().size()) return false;
  if (one.entries().size() != other.entries().size()) return false;
  for (std::size_t i = 0; i < one.items().size(); ++i) {
    if (!is_same(one.items()[i], other.items()[i])) return false;
  }
  for (std::size_t i = 0; i < one.entries().size(); ++i) {
    if (one.entries()[i].key != other.entries()[i].key) return false;
    if (!is_same(one.entries()[i].value, other.entries()[i].value)) return false;
  }
  return true;
}

Node read_back(const std::string& yaml) {
  Source source("t.yaml", nullptr);
  std::optional<Node> node = parse_yaml(yaml, 0, source);
  const auto diagnostics = source.take();
  CHECK(diagnostics.empty());
  return node ? *std::move(node) : Node();
}

/// Makes nodes of marks that mean something to YAML, and of bytes that are none.
class RandomNodes {
 public:
  explicit RandomNodes(unsigned seed) : random_(seed) {}

  Node next(int depth) {
    const unsigned kind = below(depth > 0 ? 4 : 2);
    if (kind < 2) return Node(text());
    Node node = kind == 2 ? Node::list() : Node::map();
    if (below(2) == 0) node.set_flow();
    const unsigned size = below(4);
    for (unsigned i = 0; i < size; ++i) {
      if (node.is_list()) {
        node.push_back(next(depth - 1));
      } else {
        node.insert(std::to_string(i) + text(), next(depth - 1));
      }
    }
    return node;
  }

 private:
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

  std::string text() {
    static const std::string pieces[] = {
        "a",    "b", " ",   ":",    ": ", "#", "-",  "?", "[", "]",        "{",        "}",  ",",
        "&",    "*", "!",   "|",    ">",  "'", "\"", "%", "@", "\\",       "\n",       "\t", "\x01",
        "\x7f", "`", "---", "null", "~",  "=", "<<", "0", ".", "\xc3\xa4", "\xc2\x85", "/"};
    std::string text;
    const unsigned size = below(5);
    for (unsigned i = 0; i < size; ++i) text += pieces[below(std::size(pieces))];
    return text;
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("a text stands in quotes where YAML would take it for something else, and nowhere else") {
  const struct {
    const char* text;
    const char* block;
    const char* flow;
  } cases[] = {
      {"", R"("")", R"("")"},
      {"a b", "a b", "a b"},
      {"/api/{id}", "/api/{id}", R"("/api/{id}")"},
      {"redis://me:***@h:1/0", "redis://me:***@h:1/0", "redis://me:***@h:1/0"},
      {"***", R"("***")", R"("***")"},
      {"a: b", R"("a: b")", R"("a: b")"},
      {"a:", R"("a:")", R"("a:")"},
      {"a #b", R"("a #b")", R"("a #b")"},
      {"a#b", "a#b", "a#b"},
      {"-1", "-1", "-1"},
      {"- 1", R"("- 1")", R"("- 1")"},
      {"null", R"("null")", R"("null")"},
      {"[::1]:80", R"("[::1]:80")", R"("[::1]:80")"},
      {"a, b", "a, b", R"("a, b")"},
      {"say \"\\\"", R"(say "\")", R"(say "\")"},
      {"two\nlines\t", R"("two\nlines\t")", R"("two\nlines\t")"},
      {"\x01", R"("\x01")", R"("\x01")"},
      {"\xc2\x85", R"("\x85")", R"("\x85")"},
      {"\xc3\xa4", "\xc3\xa4", "\xc3\xa4"},
  };
  for (const auto& [text, block, flow] : cases) {
    CAPTURE(text);
    CHECK(emit_yaml(Node(text)) == block);
    Node list = Node::list();
    list.set_flow();
    list.push_back(Node(text));
    CHECK(emit_yaml(list) == "[" + std::string(flow) + "]");
  }
}

TEST_CASE("lists and maps are indented by two, and what is empty is in its key's line") {
  const std::string yaml =
      "a:\n"
      "  - b: 1\n"
      "    c:\n"
      "      d: [1, {e: 2}]\n"
      "  -\n"
      "    - 3\n"
      "f: []\n"
      "g: {}";
  CHECK(emit_yaml(read_back(yaml)) ==
        "a:\n"
        "  - b: 1\n"
        "    c:\n"
        "      d:\n"
        "        - 1\n"
        "        - e: 2\n"
        "  - - 3\n"
        "f: []\n"
        "g: {}");
}

TEST_CASE("what is written is read back to the same") {
  RandomNodes random(7);
  for (int i = 0; i < 20'000; ++i) {
    const Node node = random.next(3);
    const std::string yaml = emit_yaml(node);
    CAPTURE(yaml);
    REQUIRE(is_same(read_back(yaml), node));
  }
}
