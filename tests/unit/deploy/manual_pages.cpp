#include "manual_pages.hpp"

#include "config/reference.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace larder::manual {
namespace {

/// Text as roff takes it: no line of it is a request, no character an escape.
std::string roff(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\') {
      safe += "\\e";
    } else if (c == '-') {
      safe += "\\-";
    } else if (c == '`') {
      continue;  // Markdown's, in sentences that config/README.md shows as well
    } else {
      safe += c;
    }
  }
  if (safe.starts_with('.') || safe.starts_with('\'')) safe.insert(0, "\\&");
  return safe;
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : std::string(between)) + part;
  return text;
}

std::string entry(const std::string& term, const std::string& about) {
  return ".TP\n" + term + "\n" + roff(about) + "\n";
}

std::string entry_of(const OptionEntry& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.names) names.push_back("\\fB" + roff(name) + "\\fR");
  return entry(joined(names, ", ") + (option.takes_value ? " \\fIVALUE\\fR" : ""), option.about + ".");
}

constexpr std::string_view before_options =
    ".\\\" Written by LARDER_WRITE_REFERENCE=1 build/release/tests/unit/unit_deploy\n"
    ".TH LARDER 1 \"\" \"larder " LARDER_VERSION
    "\" \"User Commands\"\n"
    ".SH NAME\n"
    "larder \\- transparent HTTP caching reverse proxy for APIs\n"
    ".SH SYNOPSIS\n"
    ".B larder\n[\\fIOPTION\\fR]...\n.br\n"
    ".B larder\n\\fICOMMAND\\fR [\\fIOPTION\\fR]...\n"
    ".SH DESCRIPTION\n"
    "larder stands in front of an API and answers GET requests from memory and Redis until their lifetime "
    "ends\n"
    "or a write changes them. X\\-Cache in each response says what happened, Cache\\-Status why.\n"
    ".PP\n"
    "Without a command it serves, by the file that\n.B \\-\\-config\nnames, else by\n.I larder.yaml\n"
    "in the current directory, else by\n.IR /etc/larder/larder.yaml .\n"
    ".BR larder.yaml (5)\nlists its keys.\n"
    ".SH OPTIONS\n";

constexpr std::string_view after_commands =
    ".SH SIGNALS\n"
    ".TP\n\\fBSIGTERM\\fR, \\fBSIGINT\\fR\nDrain: nothing new is accepted, and requests under way finish "
    "within "
    "shutdown_grace.\n"
    ".TP\n.B SIGHUP\nRead the configuration again. If it has a mistake nothing changes, and the log names "
    "it.\n"
    ".TP\n.B SIGUSR1\nOpen log.file again, after it was moved away.\n"
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nAll went well.\n"
    ".TP\n.B 1\nCould not start, or nobody answers; the reason is on standard error.\n"
    ".TP\n.B 2\nThe configuration or the command line is wrong.\n"
    ".TP\n.B 3\nEnded, but some purges never reached Redis; the log says how many.\n"
    ".SH ENVIRONMENT\n"
    ".TP\n.B NOTIFY_SOCKET\nWhere a service manager is told of the start, of reloads and of the end, as in\n"
    ".BR sd_notify (3).\n"
    ".PP\nThe configuration names variables of its own as ${NAME} and ${NAME:\\-default}.\n"
    ".SH FILES\n"
    ".TP\n.I /etc/larder/larder.yaml\nThe configuration.\n"
    ".TP\n.I /etc/default/larder\nVariables for it, where larder is started by systemd.\n"
    ".TP\n.I /var/log/larder\nFor log.file; what larder has to say goes to standard error.\n"
    ".SH EXAMPLES\n"
    ".TP\n.B larder \\-\\-upstream http://127.0.0.1:3000 \\-\\-ttl 60s\n"
    "Before an API on this machine, on port 8080, with memory alone.\n"
    ".TP\n.B larder check \\-\\-config larder.yaml\nEvery mistake in a file, or what it means.\n"
    ".TP\n.B larder purge \\-\\-tag product:7\nHave the running larder, and all that share its Redis, forget "
    "what "
    "carries a tag.\n"
    ".SH SEE ALSO\n"
    ".BR larder.yaml (5)\n";

constexpr std::string_view before_keys =
    ".\\\" Written by LARDER_WRITE_REFERENCE=1 build/release/tests/unit/unit_deploy\n"
    ".TH LARDER.YAML 5 \"\" \"larder " LARDER_VERSION
    "\" \"File Formats\"\n"
    ".SH NAME\n"
    "larder.yaml \\- configuration of the HTTP cache larder\n"
    ".SH DESCRIPTION\n"
    "YAML. All but\n.B upstreams\nhas a default.\n"
    ".B larder check\nvalidates a file, shows every mistake at once, and prints what it means.\n"
    ".PP\n"
    "Durations are 50ms, 2s, 1h30m, 7d; sizes 64KiB, 8MiB (8388608), 8MB (8000000). ${VAR} and "
    "${VAR:\\-default} come\n"
    "from the environment, and $${ is a literal ${.\n"
    ".PP\n"
    "Below, NAME is a name that the file chooses, and [] a member of a list. SIGHUP has the file read again; "
    "a key that\n"
    "takes a restart says so.\n";

constexpr std::string_view after_keys =
    ".SH EXAMPLE\n"
    ".EX\n"
    "upstreams:\n"
    "  shop: {servers: [\"http://127.0.0.1:3000\"]}\n"
    "store:\n"
    "  redis: {url: redis://127.0.0.1:6379/0}\n"
    "routes:\n"
    "  \\- match: /api/products/{id}\n"
    "    ttl: 1h\n"
    "    tags: [\"product:{id}\"]\n"
    ".EE\n"
    ".SH FILES\n"
    ".TP\n.I /usr/share/doc/larder/examples\nEvery key with its default, and whole configurations to begin "
    "with.\n"
    ".SH SEE ALSO\n"
    ".BR larder (1)\n";

std::string heading_of(std::string_view path) {
  return std::string(path.substr(0, path.find_first_of(".[")));
}

std::string entry_of(const config::KeyEntry& key) {
  std::string about = key.about;
  if (key.is_required) about += " Required.";
  if (!key.is_required && !key.value.empty()) about += " Default: " + key.value + ".";
  if (key.takes == config::Takes::restart) about += " Takes a restart.";
  const std::size_t begin = about.find_first_not_of(' ');
  return entry(".B " + roff(key.path), begin == about.npos ? "A section." : about.substr(begin));
}

}  // namespace

bool OptionEntry::is_file() const {
  return std::ranges::find(names, "--config") != names.end();
}

std::vector<OptionEntry> options_of(const CLI::App& command) {
  std::vector<OptionEntry> entries;
  for (const CLI::Option* option : command.get_options()) {
    OptionEntry entry{.about = option->get_description(), .takes_value = !option->get_type_name().empty()};
    for (const std::string& name : option->get_snames()) entry.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) entry.names.push_back("--" + name);
    entry.is_repeatable = option->get_expected_max() > 1;
    if (entry.about == "Print this help message and exit") entry.about = "Print the options and exit";
    if (entry.about == "Display program version information and exit")
      entry.about = "Print the version and exit";
    if (!entry.names.empty() || option->get_positional()) entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string larder_1(const CLI::App& app) {
  std::string page(before_options);
  for (const OptionEntry& option : options_of(app)) page += entry_of(option);
  page += ".SH COMMANDS\n";
  for (const CLI::App* command : commands_of(app)) {
    page += ".SS larder " + command->get_name() + "\n" + roff(command->get_description()) + ".\n";
    for (const OptionEntry& option : options_of(*command)) {
      if (option.names.empty()) {
        page += entry("\\fIURL\\fR", option.about + ".");
      } else if (option.names.back() != "--help") {
        page += entry_of(option);
      }
    }
  }
  return page + std::string(after_commands);
}

std::string larder_yaml_5() {
  std::string page(before_keys);
  std::string heading;
  page += ".SH KEYS\n";
  for (const config::KeyEntry& key : config::all_keys()) {
    if (heading != heading_of(key.path)) {
      heading = heading_of(key.path);
      page += ".SS " + roff(heading) + "\n";
    }
    page += entry_of(key);
  }
  return page + std::string(after_keys);
}

}  // namespace larder::manual
