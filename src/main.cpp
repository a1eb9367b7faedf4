// The command line. program.cpp shows what the program is made of.
#include "command_line.hpp"
#include "descriptor_limit.hpp"
#include "explain_route.hpp"
#include "machine_memory.hpp"
#include "program.hpp"
#include "settings.hpp"
#include "usage.hpp"

#include <larder/admin/health_command.hpp>
#include <larder/admin/purge_command.hpp>
#include <larder/base/text.hpp>
#include <larder/base/token.hpp>
#include <larder/config/load.hpp>
#include <larder/config/schema.hpp>
#include <larder/config/sizes.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <unistd.h>

namespace {

using larder::Arguments;
using larder::config::Diagnostic;
using larder::config::Loaded;

constexpr int exit_usage = 2;
constexpr const char* default_paths[] = {"larder.yaml", "/etc/larder/larder.yaml"};

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

/// Whether the command line says all, so that no file is read unless it is named.
bool needs_no_file(const Arguments& arguments) {
  return arguments.overrides.upstream.has_value();
}

/// The file named, else the first default there is; nothing if there is none.
std::optional<std::string> config_path(const Arguments& arguments) {
  if (arguments.config || needs_no_file(arguments)) return arguments.config;
  for (const char* path : default_paths) {
    if (std::filesystem::exists(path)) return path;
  }
  return std::nullopt;
}

/// Whether there is anything to go by; if not, what to type is told.
bool has_configuration(const Arguments& arguments, const std::string& command) {
  if (needs_no_file(arguments) || config_path(arguments)) return true;
  std::cerr << larder::no_configuration(default_paths, command);
  return false;
}

/// Reads the file at `path`, if there is one, and the command line's options.
Loaded read(const std::optional<std::string>& path, const larder::config::Overrides& overrides) {
  Loaded loaded;
  if (path) loaded = larder::config::load_file(*path, environment);
  larder::config::apply(loaded, overrides);
  if (loaded.ok()) {
    larder::config::check_named_files(loaded);
    for (std::string& problem : larder::tls_problems(loaded.config)) {
      loaded.diagnostics.push_back(larder::config::placed(std::move(problem), loaded));
    }
    for (std::string& warning : larder::config::sizes_past(larder::machine_memory(), loaded.config)) {
      Diagnostic& diagnostic = loaded.diagnostics.emplace_back();
      diagnostic.severity = Diagnostic::Severity::warning;
      diagnostic.message = std::move(warning);
    }
  }
  return loaded;
}

Loaded load(const Arguments& arguments) {
  Loaded loaded = read(config_path(arguments), arguments.overrides);
  for (const Diagnostic& diagnostic : loaded.diagnostics) std::cerr << diagnostic.text() << '\n';
  return loaded;
}

/// The last line, itself YAML: what was read is fit for use, though there may be warnings.
void report_ok(const Loaded& loaded) {
  const std::size_t warnings = loaded.diagnostics.size();
  std::cout << "# ok";
  if (warnings > 0) std::cout << ", with " << warnings << (warnings == 1 ? " warning" : " warnings");
  std::cout << '\n';
}

/// Takes `Name: value` into the fields of a request; whether it is that.
bool add_field(larder::http::FieldList& fields, const std::string& line) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = std::string_view(line).substr(0, colon);
  const std::string_view value =
      larder::trim(std::string_view(line).substr(std::min(colon + 1, line.size())));
  const bool is_field = colon != line.size() && larder::is_token(name) && larder::http::is_field_value(value);
  if (is_field) fields.add(name, value);
  return is_field;
}

int print_route(const larder::config::Config& config, const Arguments& arguments) {
  const std::string& url = *arguments.explained_url;
  larder::http::RequestHead head;
  head.method = arguments.explained_method;
  for (const std::string& line : arguments.explained_fields) {
    if (add_field(head.fields, line)) continue;
    std::cerr << "larder check: --header: expected a field such as \"X-Version: 2\", found \"" << line
              << "\"\n";
    return exit_usage;
  }
  const auto lines = larder::explain_route(config, url, head);
  if (!lines) {
    std::cerr << "larder check: --explain-route: expected a URL such as \"http://shop.example/api\", found \""
              << url << "\"\n";
    return exit_usage;
  }
  for (const std::string& line : *lines) std::cout << line << '\n';
  return 0;
}

void warn_of_connections(Loaded& loaded, std::uint64_t descriptors) {
  const std::size_t fit = larder::server::most_connections_within(descriptors);
  std::string told = larder::config::connections_past(fit, descriptors, loaded.config);
  if (told.empty()) return;
  Diagnostic& warning = loaded.diagnostics.emplace_back();
  warning.severity = Diagnostic::Severity::warning;
  warning.message = std::move(told);
  std::cerr << warning.text() << '\n';
}

int check(const Arguments& arguments) {
  if (!has_configuration(arguments, "check")) return exit_usage;
  Loaded loaded = load(arguments);
  if (!loaded.ok()) return exit_usage;
  if (arguments.explained_url) return print_route(loaded.config, arguments);
  if (!arguments.is_quiet) std::cout << larder::config::to_yaml(loaded.config);
  const std::uint64_t descriptors = larder::raise_descriptor_limit();
  warn_of_connections(loaded, descriptors);
  if (arguments.is_quiet) return 0;
  if (loaded.config.limits.connections == 0) {
    std::cout << "# limits.connections: auto is " << larder::server::connections_within(descriptors)
              << " here, by a descriptor limit of " << descriptors << '\n';
  }
  report_ok(loaded);
  return 0;
}

int serve(const Arguments& arguments) {
  if (!has_configuration(arguments, "")) return exit_usage;
  const std::optional<std::string> path = config_path(arguments);
  const Loaded loaded = load(arguments);
  if (!loaded.ok()) return exit_usage;
  return larder::run_program(loaded.config, path.value_or("the command line"),
                             [path, &arguments] { return read(path, arguments.overrides); });
}

bool names_something(const larder::admin::PurgeArguments& order) {
  return order.all || std::ranges::any_of(order.selected,
                                          [](const auto& selected) { return selected.second.has_value(); });
}

int purge(const Arguments& arguments) {
  if (!names_something(arguments.purge)) {
    std::cerr << larder::nothing_to_purge();
    return exit_usage;
  }
  if (!has_configuration(arguments, "purge")) return exit_usage;
  const Loaded loaded = load(arguments);
  if (!loaded.ok()) return exit_usage;
  if (!loaded.config.admin) {
    std::cerr << "larder purge: the configuration has no \"admin\" section to ask\n";
    return exit_usage;
  }
  return larder::admin::run_purge(arguments.purge, larder::admin_endpoint(*loaded.config.admin),
                                  loaded.config.admin->token, std::cout, std::cerr);
}

/// Asks the admin API, or whether anybody listens if the configuration has none. A mistake in the file is not
/// one of the larder that runs by what stood there before: what can be read of it is enough.
int healthcheck(const Arguments& arguments) {
  const std::optional<std::string> path = config_path(arguments);
  Loaded loaded;
  if (path) loaded = larder::config::load_file(*path, environment);
  const larder::config::Config& config = loaded.config;
  if (config.admin)
    return larder::admin::run_healthcheck(larder::admin_endpoint(*config.admin), std::cout, std::cerr);
  const larder::Result<larder::net::Endpoint> listener =
      larder::net::parse_endpoint(config.listen.front().address);
  if (listener) return larder::admin::run_connection_check(*listener, std::cout, std::cerr);
  std::cerr << "larder healthcheck: the configuration names no address to ask\n";
  return 1;
}

int print_schema() {
  std::cout << larder::config::json_schema();
  return 0;
}

/// A standard descriptor that is closed would become some socket's number, and logs would be written to that.
void fill_standard_descriptors() {
  int descriptor = 0;
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = ::open("/dev/null", O_RDWR);
  if (descriptor >= 0) ::close(descriptor);
}

int run(int argc, char** argv) {
  larder::CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    std::cerr << larder::unknown_arguments(line.app);
    return exit_usage;
  } catch (const CLI::ParseError& error) {
    return line.app.exit(error) == 0 ? 0 : exit_usage;
  }
  if (line.purge->parsed()) return purge(line.arguments);
  if (line.healthcheck->parsed()) return healthcheck(line.arguments);
  if (line.schema->parsed()) return print_schema();
  return line.check->parsed() ? check(line.arguments) : serve(line.arguments);
}

}  // namespace

int main(int argc, char** argv) {
  fill_standard_descriptors();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "larder: %s\n", error.what());
    return 1;
  }
}
