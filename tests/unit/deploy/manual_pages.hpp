#pragma once

#include <CLI/App.hpp>

#include <string>
#include <vector>

namespace larder::manual {

/// What shells and manuals have to know of an option.
struct OptionEntry {
  std::vector<std::string> names;  ///< with their dashes; empty: an argument by its place
  std::string about;
  bool takes_value = false;
  bool is_repeatable = false;

  bool is_file() const;
};
std::vector<OptionEntry> options_of(const CLI::App& command);
std::vector<const CLI::App*> commands_of(const CLI::App& app);

/// larder(1), in roff, from the command line.
std::string larder_1(const CLI::App& app);

/// larder.yaml(5), in roff, from the table of keys.
std::string larder_yaml_5();

/// Completions of the command line, for bash and zsh.
std::string bash_completion(const CLI::App& app);
std::string zsh_completion(const CLI::App& app);

}  // namespace larder::manual
