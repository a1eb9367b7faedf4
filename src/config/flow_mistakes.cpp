// Lists and maps in one line. yaml-cpp says of each of them only that its end was not found.
#include "flow_mistakes.hpp"

#include "source.hpp"

#include <larder/base/text.hpp>

#include <algorithm>
#include <vector>

namespace larder::config {
namespace {

using Text = std::string_view;

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

class Scan {
 public:
  explicit Scan(std::span<const Text> lines) : lines_(lines) {}

  std::optional<FlowMistake> run() {
    for (number_ = 0; number_ < lines_.size() && !mistake_; ++number_) read_line();
    if (!mistake_ && !open_.empty()) tell_unclosed();
    return mistake_;
  }

 private:
  enum class Last { separator, value };

  struct Open {
    char bracket;
    std::size_t line;
    std::size_t column;
    bool has_value = false;  ///< a key's colon has come since the last comma
  };

  Text rest() const { return line_.substr(std::min(at_, line_.size())); }
  bool is_at_end() const { return at_ >= line_.size(); }

  /// Past spaces, and past a comment.
  void skip_blank() {
    at_ = std::min(line_.find_first_not_of(" \t", at_), line_.size());
    if (!is_at_end() && line_[at_] == '#' && (at_ == 0 || is_space(line_[at_ - 1]))) at_ = line_.size();
  }

  void tell(std::size_t line, std::size_t column, std::string hint) {
    FlowMistake mistake;
    mistake.mark.line = static_cast<int>(line);
    mistake.mark.column = static_cast<int>(column);
    mistake.hint = std::move(hint);
    mistake_ = std::move(mistake);
  }

  void tell_unclosed() {
    const Open& open = open_.back();
    tell(open.line, open.column,
         ": the " + quoted(Text(&open.bracket, 1)) + " here is not closed, a " +
             quoted(open.bracket == '[' ? "]" : "}") + " is missing");
  }

  void read_line() {
    line_ = lines_[number_];
    at_ = 0;
    if (quote_ != 0) read_quoted();
    skip_blank();
    if (!open_.empty() && is_next_entry()) return tell_unclosed();
    starts_value_ = true;
    while (!mistake_ && !is_at_end()) {
      if (open_.empty()) {
        read_block();
      } else {
        read_flow();
      }
      skip_blank();
    }
  }

  /// Whether a line goes on with what stands outside of the brackets.
  bool is_next_entry() const {
    if (is_at_end()) return false;
    if (rest().starts_with("- ")) return true;
    const Text before = lines_[open_.back().line];
    const std::size_t indent = std::min(before.find_first_not_of(" \t"), before.size());
    return last_ == Last::value && at_ <= indent && rest().find(": ") != Text::npos;
  }

  /// One piece of a line outside of brackets, up to where a value may begin.
  void read_block() {
    const char c = line_[at_];
    if (!starts_value_) {
      at_ = line_.size();
    } else if (c == '-' && (at_ + 1 == line_.size() || is_space(line_[at_ + 1]))) {
      ++at_;
    } else if (c == '&' || c == '!') {
      at_ = std::min(line_.find(' ', at_), line_.size());
    } else if (c == '[' || c == '{') {
      open();
    } else if (c == '"' || c == '\'') {
      read_quoted();
      starts_value_ = rest().starts_with(':');
      if (starts_value_) ++at_;
    } else {
      const std::size_t colon = line_.find(": ", at_);
      starts_value_ = colon != Text::npos && line_.substr(at_, colon - at_).find(" #") == Text::npos;
      at_ = starts_value_ ? colon + 1 : line_.size();
    }
  }

  void read_flow() {
    const char c = line_[at_];
    if (c == ',') {
      open_.back().has_value = false;
      last_ = Last::separator;
      ++at_;
    } else if (c == ':' && last_ == Last::value) {
      open_.back().has_value = true;
      last_ = Last::separator;
      ++at_;
    } else if (c == ']' || c == '}') {
      close(c);
    } else if (last_ == Last::value) {
      tell_missing_comma(at_);
    } else if (c == '[' || c == '{') {
      open();
    } else if (c == '&' || c == '!') {
      at_ = std::min(line_.find_first_of(" ,]}", at_), line_.size());
    } else if (c == '"' || c == '\'') {
      read_quoted();
      last_ = Last::value;
    } else {
      read_plain();
    }
  }

  void open() {
    open_.push_back({line_[at_], number_, at_});
    last_ = Last::separator;
    ++at_;
  }

  void close(char bracket) {
    const bool is_list = open_.back().bracket == '[';
    if ((bracket == ']') != is_list) return tell_unclosed();
    open_.pop_back();
    last_ = Last::value;
    ++at_;
    if (!open_.empty()) return;
    starts_value_ = false;
    skip_blank();
    if (is_at_end()) return;
    const Text more = trim(rest().substr(0, rest().find(" #")));
    tell(number_, at_,
         ": what follows the " + quoted(Text(&bracket, 1)) + " is one too many: " + quoted(more));
  }

  /// To the end of the quotes, which may be on a later line.
  void read_quoted() {
    if (quote_ == 0) quote_ = line_[at_++];
    for (; !is_at_end(); ++at_) {
      if (line_[at_] == '\\' && quote_ == '"') {
        ++at_;
      } else if (line_[at_] == quote_) {
        ++at_;
        if (quote_ == '"' || is_at_end() || line_[at_] != quote_) {
          quote_ = 0;
          return;
        }
      }
    }
  }

  bool ends_plain(std::size_t at) const {
    const char c = line_[at];
    if (c == ':') return at + 1 == line_.size() || is_space(line_[at + 1]);
    if (c == '#') return is_space(line_[at - 1]);
    return Text(",[]{}").find(c) != Text::npos;
  }

  void read_plain() {
    const std::size_t begin = at_;
    while (!is_at_end() && (at_ == begin || !ends_plain(at_))) ++at_;
    last_ = Last::value;
    if (is_at_end()) return;
    if (line_[at_] == '[' || line_[at_] == '{') {
      return tell(number_, begin, ": quote it: " + quoted(with_brackets(begin)));
    }
    if (line_[at_] == ':' && open_.back().bracket == '{' && open_.back().has_value) {
      const Text text = trim(line_.substr(begin, at_ - begin));
      at_ = begin + std::min(text.find_last_of(" \t") + 1, text.size());
      tell_missing_comma(at_);
    }
  }

  /// A text up to the comma or bracket that ends it, and not one of those that belong to it.
  Text with_brackets(std::size_t begin) const {
    std::size_t depth = 0;
    std::size_t end = begin;
    for (; end < line_.size(); ++end) {
      const char c = line_[end];
      if (c == '[' || c == '{') ++depth;
      if (depth == 0 && (c == ',' || c == ']' || c == '}')) break;
      if (c == ']' || c == '}') --depth;
    }
    return trim(line_.substr(begin, end - begin));
  }

  void tell_missing_comma(std::size_t column) {
    const Text word = line_.substr(column, line_.find_first_of(" ,]}", column) - column);
    tell(number_, column, ": a comma is missing before " + quoted(word));
  }

  std::span<const Text> lines_;
  std::size_t number_ = 0;
  Text line_;
  std::size_t at_ = 0;
  std::vector<Open> open_;
  Last last_ = Last::separator;
  bool starts_value_ = true;
  char quote_ = 0;  ///< that of an unfinished text, or 0
  std::optional<FlowMistake> mistake_;
};

}  // namespace

std::optional<FlowMistake> flow_mistake_in(std::span<const Text> lines) {
  return Scan(lines).run();
}

}  // namespace larder::config
