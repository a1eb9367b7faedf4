#pragma once

#include "support/larder.hpp"
#include "support/reserved_port.hpp"
#include "support/temporary_directory.hpp"

#include <boost/json/parse.hpp>

#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::test {

/// A larder with an admin API, and `larder purge` pointed at it.
class Administered {
 public:
  explicit Administered(Yaml yaml, std::string token = "")
      : token_(std::move(token)), larder_(with_admin(std::move(yaml))) {
    std::ofstream(config()) << "upstreams: {a: {servers: [\"http://127.0.0.1:1\"]}}\n" << section();
  }

  Larder& larder() { return larder_; }
  Client client() { return larder_.client(); }
  std::uint16_t port() const { return port_.number(); }

  Response ask(std::string_view method, std::string_view target, std::optional<std::string> body = {}) {
    return ask_with(token_.empty() ? Fields{} : Fields{{"Authorization", "Bearer " + token_}}, method, target,
                    std::move(body));
  }
  Response ask_with(const Fields& fields, std::string_view method, std::string_view target,
                    std::optional<std::string> body = {}) {
    Fields all = fields;
    if (body && !all.has("Content-Type")) all.add("Content-Type", "application/json");
    return Client(port(), "localhost").request(method, target, all, body);
  }

  boost::json::value stats() { return boost::json::parse(ask("GET", "/stats").body); }

  Run purge(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "purge");
    arguments.insert(arguments.end(), {"--config", config()});
    return run_larder(std::move(arguments));
  }

 private:
  std::string section() const {
    return "admin: {listen: \"127.0.0.1:" + std::to_string(port()) + "\", token: \"" + token_ + "\"}\n";
  }
  Yaml with_admin(Yaml yaml) const {
    yaml.rest += section();
    return yaml;
  }
  std::string config() const { return (directory_.path() / "larder.yaml").string(); }

  TemporaryDirectory directory_;
  std::string token_;
  ReservedPort port_;
  Larder larder_;
};

}  // namespace larder::test
