#include "kinds.hpp"
#include "sections.hpp"

namespace larder::config {
namespace {

using Access = Logging::Access;
using Format = Logging::Format;

std::optional<Access> read_access(const Value& value) {
  if (const std::string& text = value.node().text(); text.find('/') != text.npos && text.front() != '$') {
    value.mismatch("on or off", text, ", did you mean {access: on, file: " + quoted(text) + "}?");
    return std::nullopt;
  }
  const std::optional<bool> on = on_off(value);
  if (!on) return std::nullopt;
  return *on ? Access::on : Access::off;
}

std::string access_text(const Access& access) {
  return access == Access::on ? "on" : "off";
}

void check_log(Map& map, const Value&, Logging& log) {
  if (log.file.empty() || log.access != Access::off) return;
  map.find("file")->error("is where the access log goes, and that is off: add access: on");
}

Choices<std::string> log_levels() {
  return {{{"trace", "trace"},
           {"debug", "debug"},
           {"info", "info"},
           {"warn", "warn"},
           {"error", "error"},
           {"off", "off"}}};
}

}  // namespace

std::optional<std::string> read_log_level(const Value& value) {
  return log_levels().read(value);
}

Table<Logging> log_keys() {
  return {{
              key("level", &Logging::level, log_levels(), "The least severe messages that are logged."),
              key("access", &Logging::access, Scalar<Access>{read_access, access_text, switch_schema},
                  "A line for every request.")
                  .takes_restart(),
              key("format", &Logging::format,
                  Choices<Format>{{{"json", Format::json}, {"common", Format::common}}},
                  "What such a line looks like.")
                  .takes_restart(),
              key("file", &Logging::file, a_file, "Where these lines go; SIGUSR1 reopens it. Empty: stdout.")
                  .takes_restart(),
          },
          check_log};
}

}  // namespace larder::config
