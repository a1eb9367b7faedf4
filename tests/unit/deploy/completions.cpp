#include "manual_pages.hpp"

#include <CLI/CLI.hpp>

namespace larder::manual {
namespace {

constexpr std::string_view written_by =
    "# Written by LARDER_WRITE_REFERENCE=1 build/release/tests/unit/unit_deploy\n";
constexpr std::string_view levels = "trace debug info warn error off";

std::string names_of(const CLI::App& app) {
  std::string names;
  for (const CLI::App* command : commands_of(app)) {
    names += (names.empty() ? "" : " ") + command->get_name();
  }
  return names;
}

/// The long names of a command's options, which is what bash offers.
std::string words_of(const CLI::App& command) {
  std::string words;
  for (const OptionEntry& option : options_of(command)) {
    if (!option.names.empty()) words += (words.empty() ? "" : " ") + option.names.back();
  }
  return words;
}

bool is_level(const OptionEntry& option) {
  return !option.names.empty() && option.names.back() == "--log-level";
}

/// Names of options behind which a value of one's own stands, each once, as a pattern of `case`.
std::string value_pattern(const CLI::App& app) {
  std::vector<const CLI::App*> all = commands_of(app);
  all.insert(all.begin(), &app);
  std::string pattern;
  for (const CLI::App* command : all) {
    for (const OptionEntry& option : options_of(*command)) {
      if (!option.takes_value || option.is_file() || is_level(option)) continue;
      for (const std::string& name : option.names) {
        if (("|" + pattern + "|").find("|" + name + "|") == std::string::npos)
          pattern += (pattern.empty() ? "" : "|") + name;
      }
    }
  }
  return pattern;
}

/// A text within single quotes of zsh's _arguments and _describe, where brackets and colons end a part.
std::string zsh_text(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\'') {
      safe += "'\\''";
      continue;
    }
    if (c == '[' || c == ']' || c == ':') safe += '\\';
    safe += c;
  }
  return safe;
}

std::string zsh_value(const OptionEntry& option) {
  if (!option.takes_value) return "";
  if (option.is_file()) return ":file:_files";
  if (is_level(option)) return ":level:(" + std::string(levels) + ")";
  return ":value: ";
}

std::string zsh_options(const CLI::App& command, const std::string& indent) {
  std::string text;
  for (const OptionEntry& option : options_of(command)) {
    if (option.names.empty()) {
      text += indent + "'1:" + zsh_text(option.about) + ": ' \\\n";
      continue;
    }
    for (const std::string& name : option.names) {
      text += indent + "'" + (option.is_repeatable ? "*" : "") + name + "[" + zsh_text(option.about) + "]" +
              zsh_value(option) + "' \\\n";
    }
  }
  return text;
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  std::string text(written_by);
  text +=
      "# shellcheck shell=bash disable=SC2207\n_larder() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' word "
      "words\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    case $word in\n";
  std::string commands = names_of(app);
  std::string pattern;
  for (const char c : commands) pattern += c == ' ' ? std::string(" | ") : std::string(1, c);
  text += "      " + pattern +
          ") command=$word ;;\n    esac\n  done\n  case $previous in\n"
          "    -c | --config)\n      COMPREPLY=($(compgen -f -- \"$current\"))\n      return\n      ;;\n"
          "    --log-level)\n      COMPREPLY=($(compgen -W '" +
          std::string(levels) +
          "' -- \"$current\"))\n      return\n      ;;\n"
          "    " +
          value_pattern(app) +
          ")\n      COMPREPLY=()\n      return\n      ;;\n  esac\n"
          "  case $command in\n";
  for (const CLI::App* command : commands_of(app)) {
    text += "    " + command->get_name() + ") words='" + words_of(*command) + "' ;;\n";
  }
  text += "    *) words='" + words_of(app) + " " + commands +
          "' ;;\n  esac\n"
          "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\ncomplete -F _larder larder\n";
  return text;
}

std::string zsh_completion(const CLI::App& app) {
  std::string text = "#compdef larder\n" + std::string(written_by);
  text += "local context state state_descr line\ntypeset -A opt_args\nlocal -a commands=(\n";
  for (const CLI::App* command : commands_of(app)) {
    text += "  '" + command->get_name() + ":" + zsh_text(command->get_description()) + "'\n";
  }
  text += ")\n_arguments -C \\\n" + zsh_options(app, "  ") +
          "  '1: :->command' \\\n  '*:: :->arguments' && return\n"
          "case $state in\n  command) _describe command commands ;;\n  arguments)\n    case $line[1] in\n";
  for (const CLI::App* command : commands_of(app)) {
    const std::string options = zsh_options(*command, "          ");
    text += "      " + command->get_name() + ")\n        _arguments \\\n" +
            options.substr(0, options.size() - 3) + "\n        ;;\n";
  }
  return text + "    esac\n    ;;\nesac\n";
}

}  // namespace larder::manual
