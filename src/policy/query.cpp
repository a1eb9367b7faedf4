#include "query.hpp"

#include "percent.hpp"

#include <larder/policy/key.hpp>

#include <algorithm>
#include <utility>

namespace larder::policy {
namespace {

struct Parameter {
  std::string name;  // percent-decoded, for comparing
  std::string_view text;
};

// On "&" alone (src/http1/README.md, parameter cloaking). Empty ones ("a&&b") say nothing and are left out.
std::vector<Parameter> parameters_of(std::string_view query) {
  std::vector<Parameter> parameters;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view text = query.substr(0, end);
    if (!text.empty()) parameters.push_back({percent_decoded(text.substr(0, text.find('='))), text});
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return parameters;
}

}  // namespace

bool keeps_parameter(const QueryRule& rule, std::string_view text, std::string_view name) {
  if (rule.mode == QueryRule::Mode::as_received) return true;
  // An origin that splits at ";" would see more in it than the name we judge it by.
  if (text.find(';') != text.npos) return true;
  const auto is_among = [name](const std::vector<std::string>& globs) {
    return std::any_of(globs.begin(), globs.end(),
                       [name](const std::string& glob) { return glob_matches(glob, name); });
  };
  return is_among(rule.always) || is_among(rule.names) == (rule.mode == QueryRule::Mode::only);
}

std::optional<std::string> keep_query(const QueryRule& rule, const std::optional<std::string>& query) {
  if (!query || (rule.mode == QueryRule::Mode::as_received && !rule.sorted)) return query;
  std::vector<Parameter> parameters = parameters_of(*query);
  std::erase_if(parameters, [&rule](const Parameter& parameter) {
    return !keeps_parameter(rule, parameter.text, parameter.name);
  });
  if (parameters.empty()) return std::nullopt;
  if (rule.sorted) {
    std::stable_sort(parameters.begin(), parameters.end(),
                     [](const Parameter& a, const Parameter& b) { return a.name < b.name; });
  }
  std::string kept;
  for (const Parameter& parameter : parameters) {
    if (!kept.empty()) kept.push_back('&');
    kept.append(parameter.text);
  }
  return kept;
}

}  // namespace larder::policy
