#pragma once

#include <larder/admin/purge_command.hpp>
#include <larder/config/load.hpp>

#include <CLI/App.hpp>

#include <optional>
#include <string>
#include <vector>

namespace larder {

/// What the command line said.
struct Arguments {
  std::optional<std::string> config;
  config::Overrides overrides;
  admin::PurgeArguments purge;
  std::optional<std::string> explained_url;
  std::string explained_method = "GET";
  std::vector<std::string> explained_fields;
  bool is_quiet = false;
};

/// The options and commands, which write into `arguments`. The manual page and the completions of shells are
/// made from `app` (tests/unit/deploy).
struct CommandLine {
  CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  Arguments arguments;
  CLI::App app{"larder: a transparent HTTP caching reverse proxy for APIs"};
  CLI::App* check = nullptr;
  CLI::App* purge = nullptr;
  CLI::App* healthcheck = nullptr;
  CLI::App* schema = nullptr;
};

}  // namespace larder
