// The files that keys name.
#include <larder/config/load.hpp>

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <utility>

namespace larder::config {
namespace {

Diagnostic diagnostic_at(const NamedFile& named, std::string message) {
  Diagnostic diagnostic;
  diagnostic.file = named.file;
  diagnostic.line = named.line;
  diagnostic.column = named.column;
  diagnostic.message = std::move(message);
  return diagnostic;
}

/// Who starts larder may see more than who checks: only what is surely not there is told.
bool is_missing(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

bool is_folder(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

/// Empty: the one that larder was started in.
std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return path.substr(0, slash == path.npos ? 0 : std::max<std::size_t>(slash, 1));
}

}  // namespace

void check_named_files(Loaded& loaded) {
  for (const NamedFile& named : loaded.named_files) {
    if (named.path.empty()) continue;
    const std::string folder = folder_of(named.path);
    if (named.key == "log.file" && !folder.empty() && is_missing(folder)) {
      loaded.diagnostics.push_back(
          diagnostic_at(named, named.key + ": cannot open " + named.path + ": No such file or directory"));
    } else if (named.key == "log.file" && is_folder(named.path)) {
      loaded.diagnostics.push_back(
          diagnostic_at(named, named.key + ": cannot open " + named.path + ": Is a directory"));
    } else if (named.key == "store.redis.password_file" && is_missing(named.path)) {
      Diagnostic& missing = loaded.diagnostics.emplace_back(diagnostic_at(
          named, named.key + ": " + named.path + " does not exist: until it does, larder is without Redis"));
      missing.severity = Diagnostic::Severity::warning;
    }
  }
}

Diagnostic placed(std::string problem, const Loaded& loaded) {
  const auto is_it = [&problem](const NamedFile& named) {
    const std::size_t last = named.key.rfind("tls.");
    if (last == std::string::npos) return false;
    return problem.find(named.key.substr(last) + ": " + named.path + ": ") != std::string::npos;
  };
  const auto found = std::ranges::find_if(loaded.named_files, is_it);
  if (found != loaded.named_files.end()) return diagnostic_at(*found, std::move(problem));
  Diagnostic diagnostic;
  diagnostic.message = std::move(problem);
  return diagnostic;
}

}  // namespace larder::config
