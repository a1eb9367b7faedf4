#include "usage.hpp"

#include <larder/config/suggest.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace larder {
namespace {

using Words = std::vector<std::string>;

/// What other programs call it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> known_elsewhere{
    {{"help", "larder --help"},
     {"version", "larder --version"},
     {"serve", "larder"},
     {"server", "larder"},
     {"start", "larder"},
     {"run", "larder"},
     {"validate", "larder check"},
     {"test", "larder check"},
     {"lint", "larder check"},
     {"invalidate", "larder purge"},
     {"flush", "larder purge --all"},
     {"clear", "larder purge --all"}}};

std::string in_quotes(const std::string& text) {
  return "\"" + text + "\"";
}

/// The command that was given, or the program itself.
const CLI::App& command_of(const CLI::App& app) {
  const std::vector<CLI::App*> given = app.get_subcommands();
  return given.empty() ? app : *given.front();
}

Words options_of(const CLI::App& command) {
  Words words;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  return words;
}

Words commands_of(const CLI::App& app) {
  Words words;
  for (const CLI::App* command : app.get_subcommands({})) words.push_back(command->get_name());
  return words;
}

std::string list_of_commands(const CLI::App& app) {
  std::string text = "Without a command larder serves. The commands:\n";
  for (const CLI::App* command : app.get_subcommands({})) {
    std::string name = command->get_name();
    name.resize(std::max<std::size_t>(name.size() + 1, 10), ' ');
    text += "  larder " + name + command->get_description() + "\n";
  }
  return text + "larder --help and larder COMMAND --help list the options.\n";
}

std::string suggested_command(const CLI::App& app, const std::string& word) {
  const auto known =
      std::ranges::find(known_elsewhere, word, &std::pair<std::string_view, std::string_view>::first);
  if (known != known_elsewhere.end()) return ", did you mean " + in_quotes(std::string(known->second)) + "?";
  return config::did_you_mean(word, commands_of(app));
}

bool is_file(const std::string& word) {
  return word.ends_with(".yaml") || word.ends_with(".yml");
}

}  // namespace

std::string no_configuration(std::span<const char* const> places, const std::string& command) {
  std::string text = "larder: there is no configuration: neither";
  for (const char* place : places) text += (place == places.front() ? " " : " nor ") + std::string(place);
  text += " is there. Name a file:\n";
  const std::string program = "  larder " + (command.empty() ? "" : command + " ");
  text += program + "--config FILE\n";
  if (command == "purge")
    return text + "It is the running larder's: its \"admin\" section says where to ask.\n";
  text += "or an upstream, and for how long its responses are kept where it says nothing of that:\n";
  return text + program +
         "--upstream http://127.0.0.1:3000 --ttl 60s\nlarder --help lists the options and commands.\n";
}

std::string nothing_to_purge() {
  return "larder purge: what? A path or URL, or one of --tag, --prefix, --pattern and --all:\n"
         "  larder purge /products/7                 with every query, on every site\n"
         "  larder purge http://shop.example/        of one site\n"
         "  larder purge --tag product:7\n"
         "  larder purge --prefix /api               this path and all below it\n"
         "  larder purge --pattern '/api/*/items'\n"
         "  larder purge --all\n";
}

std::string unknown_arguments(const CLI::App& app) {
  const CLI::App& command = command_of(app);
  const Words unknown = app.remaining(true);
  const std::string word = unknown.empty() ? std::string() : unknown.front();
  const std::string program = &command == &app ? "larder" : "larder " + command.get_name();
  if (word.starts_with('-')) {
    const std::string option = word.substr(0, word.find('='));
    return program + ": there is no option " + in_quotes(option) +
           config::did_you_mean(option, options_of(command)) + "\n" + program + " --help lists them.\n";
  }
  if (is_file(word)) {
    return program + ": a configuration is named by --config, did you mean " +
           in_quotes(program + " --config " + word) + "?\n";
  }
  if (&command != &app) {
    return program + ": takes no argument " + in_quotes(word) + "\n" + program +
           " --help lists the options.\n";
  }
  return program + ": there is no command " + in_quotes(word) + suggested_command(app, word) + "\n" +
         list_of_commands(app);
}

}  // namespace larder
