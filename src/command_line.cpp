#include "command_line.hpp"

#include <CLI/CLI.hpp>

namespace larder {
namespace {

void add_config_option(CLI::App& app, Arguments& arguments) {
  app.add_option("-c,--config", arguments.config,
                 "Configuration file (./larder.yaml or /etc/larder/larder.yaml)");
}

/// Of serving and of checking what would be served.
void add_options(CLI::App& app, Arguments& arguments) {
  add_config_option(app, arguments);
  app.add_option("--upstream", arguments.overrides.upstream,
                 "URL of the upstream; without --config no file is read");
  app.add_option("--listen", arguments.overrides.listen,
                 "Address to listen on, as 0.0.0.0:8080 (repeatable)");
  app.add_option("--ttl", arguments.overrides.ttl, "Freshness lifetime if the origin states none, as 60s");
  app.add_option("--threads", arguments.overrides.threads, "Event loops: a number, or auto for one a core");
  app.add_option("--log-level", arguments.overrides.log_level, "trace, debug, info, warn, error or off");
}

void add_purge_options(CLI::App& app, Arguments& arguments) {
  add_config_option(app, arguments);
  admin::PurgeArguments& order = arguments.purge;
  for (const admin::PurgeSelector& selector : admin::purge_selectors) {
    app.add_option(selector.option, order.selected[selector.name], selector.help);
  }
  app.add_flag("--all", order.all, "Purge everything");
  app.add_option("--host", order.host, "Only of this site; without it, and without a URL, of every site");
  app.add_flag("--soft", order.soft, "Make stale, not invalid: what may be served stale still is");
  app.add_flag("--dry-run", order.dry_run, "Print what would be purged");
}

void add_check_options(CLI::App& app, Arguments& arguments) {
  add_options(app, arguments);
  CLI::Option* explain = app.add_option("--explain-route", arguments.explained_url,
                                        "Print which route takes a URL, and why those before it do not");
  app.add_option("-X,--method", arguments.explained_method, "Of that request; GET")->needs(explain);
  app.add_option("-H,--header", arguments.explained_fields, "A field of it, as \"X-Version: 2\" (repeatable)")
      ->needs(explain)
      ->allow_extra_args(false);
  app.add_flag("-q,--quiet", arguments.is_quiet, "Print mistakes and warnings alone");
}

}  // namespace

CommandLine::CommandLine()
    : check(app.add_subcommand("check", "Validate the configuration and print the effective one")),
      purge(app.add_subcommand("purge", "Have the running larder purge, over its admin API")),
      healthcheck(app.add_subcommand(
          "healthcheck", "Ask the running larder, over its admin API, whether it is well: exit code 0 or 1")),
      schema(app.add_subcommand("schema", "Print the JSON Schema of the configuration file, for editors")) {
  app.set_version_flag("-V,--version", "larder " LARDER_VERSION);
  add_options(app, arguments);
  add_check_options(*check, arguments);
  add_purge_options(*purge, arguments);
  add_config_option(*healthcheck, arguments);
}

}  // namespace larder
