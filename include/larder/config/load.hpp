#pragma once

#include <larder/config/config.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::config {

/// One error or warning. Line and column count from 1; 0 if it belongs to no place in a file.
struct Diagnostic {
  enum class Severity { error, warning } severity = Severity::error;
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  std::string message;

  /// The command-line option that makes this void if it is given; mostly none.
  std::string settled_by{};

  /// `larder.yaml:12:5: route "/api": unknown key "tll", did you mean "ttl"?`
  std::string text() const;
};

/// A file that a key names, and where.
struct NamedFile {
  std::string key;  ///< as messages call it: `log.file`, `upstream "api": tls.ca`
  std::string path;
  std::string file;  ///< the configuration's
  std::size_t line = 0;
  std::size_t column = 0;
};

/// What loading gave: every error at once. `config` is fit for use only without errors.
struct Loaded {
  Config config;
  std::vector<Diagnostic> diagnostics;
  std::vector<NamedFile> named_files;

  bool ok() const;
};

/// The value of an environment variable.
using Environment = std::function<std::optional<std::string>(std::string_view)>;

/// Reads YAML text; `file` is what errors call it.
Loaded load_text(std::string_view yaml, std::string_view file, const Environment& environment);

/// Reads a file; one that cannot be read is an error in `diagnostics`.
Loaded load_file(const std::string& path, const Environment& environment);

/// What the command line says; what it names wins over the file.
struct Overrides {
  std::optional<std::string> upstream;  ///< a URL: one upstream called "default"
  std::vector<std::string> listen;
  std::optional<std::string> ttl;  ///< of a route "/**" behind the file's own
  std::optional<std::string> threads;
  std::optional<std::string> log_level;
};

/// Applies the command line to what was loaded (or to the defaults, without a file); its errors name the
/// option. A route of `--ttl` goes to the one upstream.
void apply(Loaded& loaded, const Overrides& overrides);

/// Adds what stands in the way of a start, although the text is sound: no folder for `log.file`, no
/// `password_file`. Looks at the machine's files.
void check_named_files(Loaded& loaded);

/// Puts the place of a key before what is wrong with the file that it names; `problem` is
/// `listen :8443.tls.key: k.pem: why`.
Diagnostic placed(std::string problem, const Loaded& loaded);

/// The effective configuration as YAML that load_text() reads back to the same; secrets are shown as "***".
std::string to_yaml(const Config& config);

}  // namespace larder::config
