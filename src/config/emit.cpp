#include "emit.hpp"

#include <larder/base/text.hpp>

#include <string_view>
#include <utility>

namespace larder::config {
namespace {

/// What is a text only between quotes: YAML takes these words for nothing.
bool is_word_for_nothing(std::string_view text) {
  return text == "~" || text == "null" || text == "Null" || text == "NULL";
}

bool is_blank(std::string_view text, std::size_t position) {
  return position >= text.size() || text[position] == ' ';
}

/// Control characters of ASCII and Latin-1, and the mark of byte order, in UTF-8.
bool has_unprintable(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : '\0');
    if (byte < 0x20 || byte == 0x7f || (byte == 0xc2 && next < 0xa0)) return true;
    if (byte == 0xef && text.substr(i).starts_with("\xef\xbb\xbf")) return true;
  }
  return false;
}

/// Whether a text says the same without quotes: YAML 1.2, section 7.3.3.
bool is_plain(std::string_view text, bool in_flow) {
  if (text.empty() || is_word_for_nothing(text) || text.back() == ' ' || has_unprintable(text)) return false;
  if (std::string_view(" ,[]{}#&*!|>'\"%@`").find(text.front()) != text.npos) return false;
  if (std::string_view("-?:").find(text.front()) != text.npos && is_blank(text, 1)) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#' && i > 0 && text[i - 1] == ' ') return false;
    if (text[i] == ':' && is_blank(text, i + 1)) return false;
    if (in_flow && std::string_view(",?[]{}").find(text[i]) != text.npos) return false;
  }
  return !text.starts_with("---") && !text.starts_with("...");
}

class Emitter {
 public:
  std::string take() { return std::move(out_); }

  /// The value of a key or an item that ends at `indent` and stands in a line begun already.
  void block(const Node& node, std::size_t indent) {
    const bool is_empty = node.items().empty() && node.entries().empty();
    if (node.is_text()) return text(node.text(), false);
    if (node.is_nothing() || node.is_flow() || is_empty) return flow(node);
    bool is_first = true;
    for (const Node& item : node.items()) {
      begin_line(is_first, indent);
      out_ += "- ";
      block(item, indent + 2);
    }
    for (const Node::Entry& entry : node.entries()) {
      begin_line(is_first, indent);
      text(entry.key, false);
      out_ += ':';
      value_of_key(entry.value, indent);
    }
  }

 private:
  void begin_line(bool& is_first, std::size_t indent) {
    if (!is_first) out_.append(1, '\n').append(indent, ' ');
    is_first = false;
  }

  void value_of_key(const Node& node, std::size_t indent) {
    const bool is_block = !node.is_flow() && !(node.items().empty() && node.entries().empty());
    if (is_block) {
      out_.append(1, '\n').append(indent + 2, ' ');
    } else {
      out_ += ' ';
    }
    block(node, indent + 2);
  }

  void flow(const Node& node) {
    if (node.is_text()) return text(node.text(), true);
    if (node.is_nothing()) {
      out_ += '~';
      return;
    }
    bool is_first = true;
    const auto separate = [&] {
      if (!is_first) out_ += ", ";
      is_first = false;
    };
    out_ += node.is_list() ? '[' : '{';
    for (const Node& item : node.items()) {
      separate();
      flow(item);
    }
    for (const Node::Entry& entry : node.entries()) {
      separate();
      text(entry.key, true);
      out_ += ": ";
      flow(entry.value);
    }
    out_ += node.is_list() ? ']' : '}';
  }

  void text(std::string_view text, bool in_flow) {
    if (is_plain(text, in_flow)) {
      out_ += text;
    } else {
      quote(text);
    }
  }

  void quote(std::string_view text) {
    out_ += '"';
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : '\0');
      if (byte == '"' || byte == '\\') {
        out_ += '\\';
        out_ += text[i];
      } else if (byte == '\n') {
        out_ += "\\n";
      } else if (byte == '\t') {
        out_ += "\\t";
      } else if (byte < 0x20 || byte == 0x7f) {
        escape("\\x", byte);
      } else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {
        escape("\\x", next);
        ++i;
      } else if (text.substr(i).starts_with("\xef\xbb\xbf")) {
        out_ += "\\ufeff";
        i += 2;
      } else {
        out_ += text[i];
      }
    }
    out_ += '"';
  }

  void escape(std::string_view how, unsigned char byte) {
    out_ += how;
    append_hex(out_, byte);
  }

  std::string out_;
};

}  // namespace

std::string emit_yaml(const Node& node) {
  Emitter emitter;
  emitter.block(node, 0);
  return emitter.take();
}

}  // namespace larder::config
