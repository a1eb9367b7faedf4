#pragma once

#include <larder/config/load.hpp>

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>
#include <vector>

namespace larder::config {

/// A text between quotes as messages show it: control bytes become "?", a long text is cut.
std::string quoted(std::string_view text);

/// The text being read: what it is called, where its variables come from, and what is wrong with it so far.
class Source {
 public:
  /// `environment` outlives the source; without one (nullptr: the command line) variables are not replaced.
  Source(std::string file, const Environment* environment)
      : file_(std::move(file)), environment_(environment) {}

  /// The diagnostic may be changed until the next one is made.
  Diagnostic& error(const YAML::Mark& mark, std::string message);
  Diagnostic& warning(const YAML::Mark& mark, std::string message);

  const Environment* environment() const { return environment_; }

  /// Every diagnostic in the order of its place.
  std::vector<Diagnostic> take();

 private:
  Diagnostic& add(Diagnostic::Severity severity, const YAML::Mark& mark, std::string message);

  std::string file_;
  const Environment* environment_;
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace larder::config
