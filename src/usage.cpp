#include "usage.hpp"

#include <larder/config/suggest.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace larder {
namespace {

using Words = std::vector<std::string>;

struct Elsewhere {
  std::string_view word;  ///< as other programs have it
  std::string_view here;
};

constexpr Elsewhere commands_elsewhere[] = {
    {"help", "larder --help"},
    {"version", "larder --version"},
    {"serve", "larder"},
    {"server", "larder"},
    {"start", "larder"},
    {"run", "larder"},
    {"validate", "larder check"},
    {"test", "larder check"},
    {"configtest", "larder check"},
    {"lint", "larder check"},
    {"invalidate", "larder purge"},
    {"flush", "larder purge --all"},
    {"clear", "larder purge --all"},
    {"health", "larder healthcheck"},
    {"ping", "larder healthcheck"},
    {"reload", "kill -HUP PID"},
    {"stop", "kill PID"},
    {"quit", "kill PID"},
    {"shutdown", "kill PID"},
};

/// Options that other programs have, each with what says it here.
constexpr Elsewhere options_elsewhere[] = {
    {"-t", "larder check"},
    {"-T", "larder check"},
    {"--test", "larder check"},
    {"--check", "larder check"},
    {"--validate", "larder check"},
    {"-v", "larder --version"},
    {"-f", "--config FILE"},
    {"--file", "--config FILE"},
    {"--conf", "--config FILE"},
    {"-p", "--listen 0.0.0.0:PORT"},
    {"--port", "--listen 0.0.0.0:PORT"},
    {"--bind", "--listen 0.0.0.0:PORT"},
    {"--address", "--listen 0.0.0.0:PORT"},
    {"--origin", "--upstream http://HOST:PORT"},
    {"--backend", "--upstream http://HOST:PORT"},
    {"--target", "--upstream http://HOST:PORT"},
};

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

/// What says here what `word` says elsewhere, or else the nearest of `known`.
std::string suggested(std::span<const Elsewhere> elsewhere, const std::string& word, const Words& known) {
  const auto found = std::ranges::find(elsewhere, word, &Elsewhere::word);
  if (found == elsewhere.end()) return config::did_you_mean(word, known);
  return ", did you mean " + in_quotes(std::string(found->here)) + "?";
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
           suggested(options_elsewhere, option, options_of(command)) + "\n" + program +
           " --help lists them.\n";
  }
  if (is_file(word)) {
    return program + ": a configuration is named by --config, did you mean " +
           in_quotes(program + " --config " + word) + "?\n";
  }
  if (&command != &app) {
    return program + ": takes no argument " + in_quotes(word) + "\n" + program +
           " --help lists the options.\n";
  }
  return program + ": there is no command " + in_quotes(word) +
         suggested(commands_elsewhere, word, commands_of(app)) + "\n" + list_of_commands(app);
}

}  // namespace larder
