#include "percent.hpp"

#include <larder/base/byte_set.hpp>
#include <larder/base/text.hpp>
#include <larder/policy/folded_path.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

// What folding may change; of slashes and dots, only some.
constexpr ByteSet foldable([](unsigned char byte) {
  return byte == '%' || byte == '\\' || byte == ';' || byte == '/' || byte == '.' || byte == '*' ||
         byte == '{' || byte == '}' || (byte >= 'A' && byte <= 'Z');
});

// A byte of a path, decoded, and how many bytes it took.
struct PathByte {
  unsigned char value = 0;
  bool is_encoded = false;

  static PathByte at(std::string_view path, std::size_t position) {
    const char c = path[position];
    const std::optional<unsigned char> decoded = c == '%' ? decoded_at(path, position) : std::nullopt;
    if (decoded) return {*decoded, true};
    return {static_cast<unsigned char>(c), false};
  }
  std::size_t size() const { return is_encoded ? 3 : 1; }
};

bool is_control(unsigned char byte) {
  return byte < 0x20 || byte == 0x7f;
}

// RFC 3629, section 3: a shorter character in too long a sequence; some decoders take `%c0%af` for a slash.
bool is_overlong(unsigned char first, unsigned char second) {
  if (second < 0x80 || second > 0xbf) return false;
  return first == 0xc0 || first == 0xc1 || (first == 0xe0 && second < 0xa0) ||
         (first == 0xf0 && second < 0x90);
}

// The segments of a path as their bytes come, decoded.
class Segments {
 public:
  // Whether the path is ambiguous by what ends or goes on with this byte.
  bool add(PathByte byte) {
    const bool ends_all = byte.is_encoded && (byte.value == '/' || byte.value == '?' || byte.value == '#');
    // Gone with the parameters if those are cut first, and else not.
    if (in_parameters_ && ends_all) return true;
    is_plain_ = is_plain_ && !byte.is_encoded;
    if (byte.value == '/') {
      const bool is_ambiguous = are_dots();
      *this = Segments();
      is_plain_ = !byte.is_encoded;
      return is_ambiguous;
    }
    if (byte.value == ';') in_parameters_ = true;
    if (in_parameters_) return false;
    if (byte.value == '.') ++dots_;
    if (byte.value != '.') ++others_;
    return false;
  }

  // Whether the segment is "." or "..", parameters apart, and not a "." that nobody can read otherwise.
  bool are_dots() const {
    if (others_ != 0 || (dots_ != 1 && dots_ != 2)) return false;
    return dots_ == 2 || in_parameters_ || !is_plain_;
  }

 private:
  std::size_t dots_ = 0;
  std::size_t others_ = 0;
  bool in_parameters_ = false;
  bool is_plain_ = true;  // nothing is encoded, from the slash before it to the one behind it
};

// Whether this origin reads an encoded byte as the byte itself. What means something else in a pattern stays
// encoded, and so does the percent sign: origins decode once.
bool is_undone(unsigned char byte, Folding folding) {
  if (byte == '/' || byte == '\\' || byte == ';') return folding.undoes_delimiters;
  if (byte == '?' || byte == '#' || byte == '%' || byte == '*' || byte == '{' || byte == '}') return false;
  return byte > 0x20 && byte < 0x7f;
}

// Bytes that have one form in a folded path, which is the encoded one.
constexpr bool is_kept_encoded(unsigned char byte) {
  return byte == '%' || byte == '*' || byte == '{' || byte == '}';
}

void append_kept(std::string& out, unsigned char byte) {
  out += '%';
  append_hex(out, byte);
}

// In a pattern the asterisk is not a byte of a path.
enum class TextKind { path, pattern };

// What is decoded, or kept encoded, or another byte than it seems.
constexpr ByteSet special([](unsigned char byte) { return byte == '\\' || is_kept_encoded(byte); });

std::string decoded_once(std::string_view path, Folding folding, TextKind kind) {
  std::string decoded;
  decoded.reserve(path.size());
  for (std::size_t i = 0; i < path.size();) {
    const std::size_t begin = i;
    while (i < path.size() && !special.holds(path[i])) ++i;
    decoded.append(path, begin, i - begin);
    if (i == path.size()) break;
    const PathByte byte = PathByte::at(path, i);
    const bool is_wildcard = kind == TextKind::pattern && !byte.is_encoded && byte.value == '*';
    if (byte.is_encoded && (byte.value == '?' || byte.value == '#') && folding.ends_at_query) break;
    if (byte.is_encoded ? !is_undone(byte.value, folding) : is_kept_encoded(byte.value) && !is_wildcard) {
      append_kept(decoded, byte.value);
    } else {
      decoded.push_back(byte.value == '\\' ? '/' : static_cast<char>(byte.value));
    }
    i += byte.size();
  }
  std::transform(decoded.begin(), decoded.end(), decoded.begin(), to_lower);
  return decoded;
}

// RFC 3986, section 4.2: `//authority/path`. URL parsers of browsers and of Node take more slashes for two.
std::string_view without_authority(std::string_view path) {
  if (!path.starts_with("//")) return path;
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  path.remove_prefix(std::min(path.find('/'), path.size()));
  return path;
}

// What file systems and some servers drop at the end of a name.
std::string_view without_blank_end(std::string_view segment) {
  constexpr std::string_view space = "%20";
  while (true) {
    if (segment.ends_with('.')) {
      segment.remove_suffix(1);
    } else if (segment.ends_with(space)) {
      segment.remove_suffix(space.size());
    } else {
      return segment;
    }
  }
}

void append_folded(std::string& folded, std::string_view segment, bool keeps_dots) {
  if (segment == "..") {
    folded.resize(folded.empty() ? 0 : folded.rfind('/'));
    return;
  }
  if (segment.empty() || (segment == "." && !keeps_dots)) return;
  // A segment of nothing else may be a name like any other.
  const std::string_view name = without_blank_end(segment);
  folded.append("/").append(name.empty() ? segment : name);
}

std::string folded(std::string_view text, Folding folding, TextKind kind) {
  const std::string decoded = decoded_once(text, folding, kind);
  std::string_view rest = decoded;
  if (folding.drops_authority) rest = without_authority(rest);
  if (folding.parameters == Parameters::end_path) rest = rest.substr(0, rest.find(';'));
  std::string folded;
  folded.reserve(rest.size());
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view segment = rest.substr(0, end);
    const bool is_cut = folding.parameters == Parameters::cut;
    append_folded(folded, is_cut ? segment.substr(0, segment.find(';')) : segment, folding.keeps_dots);
    rest.remove_prefix(std::min(rest.find_first_not_of('/', end), rest.size()));
  }
  return folded.empty() ? "/" : folded;
}

// Which name a segment is captured by says nothing of what it takes. Of several under one name the first is
// not empty; in a folded path none is.
std::string without_names(const PathPattern& pattern) {
  std::string text;
  std::string_view rest = pattern.text();
  while (!rest.empty()) {
    const std::size_t open = std::min(rest.find('{'), rest.size());
    text.append(rest.substr(0, open));
    rest.remove_prefix(open);
    if (rest.empty()) break;
    const std::size_t close = rest.find('}');
    text.append(rest[close - 1] == '*' ? "*/**" : "*");
    rest.remove_prefix(close + 1);
  }
  return text;
}

// Byte by byte: looking for the text "/." begins anew at each of thousands of slashes.
bool begins_with_dot(std::string_view path, std::size_t position) {
  return path[position] == '.' && path[position - 1] == '/';
}

bool has_dotted_segment(std::string_view path) {
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (begins_with_dot(path, i)) return true;
  }
  return false;
}

}  // namespace

PathSpelling spelling_of(std::string_view path) {
  PathSpelling spelling = PathSpelling::plain;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (!foldable.holds(path[i])) continue;
    if (path[i] != '/' && path[i] != '.') return PathSpelling::odd;
    if (i + 1 == path.size()) {
      if (path[i] == '.') return PathSpelling::odd;
      if (i != 0) spelling = PathSpelling::slashed;
    } else if (path[i + 1] == '/') {
      return PathSpelling::odd;
    }
  }
  return spelling;
}

bool is_ambiguous_path(std::string_view path) {
  // Most paths that are odd have a capital letter in them, and nothing else.
  const auto has = [path](char mark) { return path.find(mark) != path.npos; };
  if (!has('%') && !has('\\') && !has_dotted_segment(path)) return false;
  Segments segments;
  for (std::size_t i = 0; i < path.size();) {
    const PathByte byte = PathByte::at(path, i);
    i += byte.size();
    if (byte.value == '\\' || (byte.is_encoded && is_control(byte.value))) return true;
    if (byte.is_encoded && i < path.size() && is_overlong(byte.value, PathByte::at(path, i).value))
      return true;
    if (segments.add(byte)) return true;
  }
  return segments.are_dots();
}

bool has_dot(std::string_view path) {
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (begins_with_dot(path, i) && (i + 1 == path.size() || path[i + 1] == '/')) return true;
  }
  return false;
}

std::string without_dots(std::string_view path) {
  std::string plain;
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/', 1));
    path.remove_prefix(segment.size());
    if (segment != "/.") {
      plain.append(segment);
    } else if (path.empty()) {
      plain.push_back('/');
    }
  }
  return plain;
}

bool may_have_authority(std::string_view path) {
  if (path.size() < 2) return false;
  const unsigned char second = PathByte::at(path, 1).value;
  return second == '/' || second == '\\';
}

std::string folded_path(std::string_view path, Folding folding) {
  return folded(path, folding, TextKind::path);
}

PathPattern folded_pattern(const PathPattern& pattern, Folding folding) {
  // Folding leaves in a pattern what may stand in one, but of `**;a/**;b/c` too many `**`.
  const auto parsed = PathPattern::parse(folded(without_names(pattern), folding, TextKind::pattern));
  return parsed ? *parsed : PathPattern::parse("/**").value();
}

FoldingMarks folding_marks(std::string_view path) {
  static constexpr ByteSet telling(
      [](unsigned char byte) { return byte == '/' || byte == '\\' || byte == ';' || byte == '%'; });
  FoldingMarks marks;
  for (std::size_t i = 0; i < path.size();) {
    if (!telling.holds(path[i])) {
      ++i;
      continue;
    }
    const PathByte byte = PathByte::at(path, i);
    i += byte.size();
    const bool is_slash = byte.value == '/' || byte.value == '\\';
    if (is_slash) ++marks.segments;
    if (byte.value == ';') marks.parameters = true;
    if (!byte.is_encoded) continue;
    if (is_slash || byte.value == ';') marks.delimiters = true;
    if (byte.value == '?' || byte.value == '#') marks.ends = true;
  }
  return marks;
}

bool is_oddly_written(const PathPattern& pattern) {
  return without_names(pattern) != folded(without_names(pattern), {}, TextKind::pattern);
}

}  // namespace larder::policy
