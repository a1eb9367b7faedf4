#pragma once

#include "node.hpp"

#include <larder/config/load.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::config {

/// A text between quotes as messages show it: control bytes become "?", a long text is cut.
std::string quoted(std::string_view text);

/// The files being read: what they are called, where their variables come from, and what is wrong with them
/// so far.
class Source {
 public:
  /// Begins with one file, whose number is 0. `environment` outlives the source; without one (nullptr: the
  /// command line) variables are not replaced.
  Source(std::string file, const Environment* environment)
      : files_{std::move(file)}, environment_(environment) {}

  /// The number of one more file.
  std::size_t add_file(std::string name);

  /// The diagnostic may be changed until the next one is made.
  Diagnostic& error(const Place& place, std::string message);
  Diagnostic& warning(const Place& place, std::string message);

  /// Notes that a key names a file.
  void add_named_file(std::string key, const Place& place, std::string path);
  std::vector<NamedFile> take_named_files() { return std::move(named_files_); }

  /// `on line 3`, or `at FILE:3:5` if `from` stands in another file.
  std::string whereabouts(const Place& place, const Place& from) const;

  std::size_t errors() const { return errors_; }  ///< how many so far

  const Environment* environment() const { return environment_; }

  /// Every diagnostic in the order of its place, file by file.
  std::vector<Diagnostic> take();

 private:
  Diagnostic& add(Diagnostic::Severity severity, const Place& place, std::string message);

  std::vector<std::string> files_;
  const Environment* environment_;
  struct Told {
    Place place;
    Diagnostic diagnostic;
  };
  std::vector<Told> told_;
  std::size_t errors_ = 0;
  std::vector<NamedFile> named_files_;
};

}  // namespace larder::config
