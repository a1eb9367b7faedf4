#pragma once

#include <larder/policy/path_pattern.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace larder::policy {

/// How a path is written.
enum class PathSpelling {
  plain,    ///< it is its own folded form
  slashed,  ///< except for the slash at its end
  odd,      ///< it may be another one when folded
};

/// Found quickly, by one look at each byte.
PathSpelling spelling_of(std::string_view path);

/// Whether the path could mean to the origin what no folding can determine: it holds `\`, control bytes or
/// dot segments (`..;x` too), plain or encoded, an encoded delimiter among `;params`, or an overlong UTF-8
/// sequence (cache deception, src/http1/README.md). A plain `.` between plain slashes is not among them:
/// it is what it is, or nothing.
bool is_ambiguous_path(std::string_view path);

/// Whether the path has such a segment, as in `/./Release`.
bool has_dot(std::string_view path);

/// The path without them (RFC 3986, section 5.2.4); what begins with `/` does so afterwards.
std::string without_dots(std::string_view path);

/// What an origin takes `;` for.
enum class Parameters {
  cut,       ///< the beginning of what is not part of a segment's name
  kept,      ///< a byte like any other
  end_path,  ///< the beginning of the query (Fastify 4)
};

/// What an origin makes of a path before it chooses who answers. They differ, and some do half of it.
struct Folding {
  bool undoes_delimiters = true;  ///< an encoded `/`, `\` or `;` is what it stands for
  bool ends_at_query = true;      ///< an encoded `?` or `#` ends the path
  Parameters parameters = Parameters::cut;
  bool drops_authority = false;  ///< `//` begins an authority (RFC 3986, section 4.2)
  bool keeps_dots = false;       ///< a segment `.` is a name like any other
};

/// Whether an origin could take the beginning of the path for an authority: it starts with `//` or `/\`,
/// encoded or not.
bool may_have_authority(std::string_view path);

/// What the path is to an origin that forgives everything, so that all spellings of one path meet here:
/// percent-encoding of what is printable decoded once (an encoded `?` or `#` ends the path), `\` taken for
/// `/`, `;params` and dots or encoded spaces at the end of a segment cut, dot segments removed, slashes
/// merged, the last one dropped, lower case. Percent signs, asterisks and braces are encoded. Or to one that
/// does otherwise in what `folding` says.
std::string folded_path(std::string_view path, Folding folding = {});

/// What of a path is read in more ways than one.
struct FoldingMarks {
  bool delimiters = false;   ///< an encoded `/`, `\` or `;`
  bool ends = false;         ///< an encoded `?` or `#`
  bool parameters = false;   ///< `;`, encoded or not
  std::size_t segments = 0;  ///< at most, however it is read
};
FoldingMarks folding_marks(std::string_view path);

/// A pattern that takes the folded forms of the paths that `pattern` takes, as far as its literal segments
/// show; every path if those are no pattern.
PathPattern folded_pattern(const PathPattern& pattern, Folding folding = {});

/// Whether the pattern differs from its folded pattern in more than its captures' names.
bool is_oddly_written(const PathPattern& pattern);

}  // namespace larder::policy
