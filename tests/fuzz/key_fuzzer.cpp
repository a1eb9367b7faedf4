// Keys. A key that can be decomposed into what it was made of is injective: two different requests cannot
// share it. So every key is decomposed here, by code that knows only its grammar.
#include "fuzz.hpp"
#include "key_reader.hpp"

#include <larder/base/text.hpp>
#include <larder/base/token.hpp>
#include <larder/http/list.hpp>
#include <larder/policy/key.hpp>

#include <algorithm>
#include <set>

using namespace larder;
using namespace larder::fuzz;

namespace {

constexpr std::size_t most_names = 4;
constexpr std::size_t most_lines = 12;

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (!line.empty() && words.size() < most_names) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0) words.emplace_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

policy::Route route_from(Input& input) {
  using Mode = policy::QueryRule::Mode;
  policy::Route route;
  const unsigned choice = input.byte();
  route.query.mode = choice % 3 == 0 ? Mode::as_received : choice % 3 == 1 ? Mode::ignore : Mode::only;
  route.query.sorted = (choice & 8U) != 0;
  route.query.forward_all = (choice & 16U) != 0;
  if ((choice & 32U) != 0) route.query.always = {"a*"};
  route.query.names = words_of(input.line());
  route.headers = words_of(input.line());
  std::erase_if(route.headers, [](const std::string& name) { return !is_token(name); });
  std::vector<std::string> cookies = words_of(input.line());
  // Globs are keyed cookie by cookie, which the second opinion below does not follow.
  std::erase_if(cookies, [](const std::string& name) { return name.find('*') != std::string::npos; });
  if ((choice & 64U) != 0) {
    route.when.headers = {{"X-Any", {"*"}}};
    route.name = cookies.empty() ? "#a=%:" : cookies.front();
  }
  if (!cookies.empty()) route.cookies = policy::CookieRule::keep_only(std::move(cookies));
  return route;
}

// The value by which a field is keyed: all lines together.
std::optional<std::string> field_value(const http::FieldList& fields, std::string_view name) {
  return fields.combined(name);
}

// The values of a cookie, which hold no ";".
std::optional<std::string> cookie_value(const http::FieldList& fields, std::string_view name) {
  std::optional<std::string> joined;
  for (const http::Field field : fields) {
    if (!equal_ignoring_case(field.name, "Cookie")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::string_view pair = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
      const std::size_t equals = std::min(pair.find('='), pair.size());
      if (trim(pair.substr(0, equals)) != name) continue;
      const std::string value(trim(pair.substr(std::min(equals + 1, pair.size()))));
      joined = joined ? *joined + ";" + value : value;
    }
  }
  return joined;
}

std::vector<KeyPart> partition_of(const policy::Route& route, const http::FieldList& fields) {
  std::vector<KeyPart> parts;
  if (!route.when.headers.empty()) parts.push_back({"route", route.name, std::nullopt});
  for (std::string name : route.headers) {
    std::transform(name.begin(), name.end(), name.begin(), to_lower);
    parts.push_back({"header", name, field_value(fields, name)});
  }
  for (const std::string& name : route.cookies.key) {
    parts.push_back({"cookie", name, cookie_value(fields, name)});
  }
  return parts;
}

void require_kept_soundly(const policy::QueryRule& rule, const std::optional<std::string>& query) {
  const auto kept = policy::keep_query(rule, query);
  require(policy::keep_query(rule, kept) == kept, "a query that was kept is kept whole");
  if (!kept) return;
  require(query && kept->size() <= query->size(), "no more is kept than there was");
  std::string_view rest = *query;
  while (!rest.empty()) {
    const std::string_view parameter = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(parameter.size() + 1, rest.size()));
    if (parameter.find(';') == parameter.npos) continue;
    require(kept->find(parameter) != std::string::npos, "a parameter with a semicolon is kept");
  }
}

void require_readable(const policy::Route& route, const http::Target& target, const http::FieldList& fields) {
  const policy::Key key = policy::key_of(route, target, fields);
  const std::optional<KeyContent> read = read_key(key.text);
  require(read.has_value(), "a key can be taken apart");
  require(read->scheme == target.scheme && read->host == target.host, "a key holds scheme and host");
  require(read->port == target.port, "a key holds the port");
  require(read->path == target.path, "a key holds the path");
  require(read->query == policy::keep_query(route.query, target.query), "a key holds the query that is kept");
  require(read->parts == partition_of(route, fields), "a key holds the partition");
  const http::Target kept{target.scheme, target.host, target.port, target.path, read->query};
  require(key.forward_target == (route.query.forward_all ? target : kept).origin_form(),
          "the bytes forwarded are the bytes keyed");
}

// src/README.md, "Key": what is sent upstream as Host is the authority.
void require_apart(const policy::Route& route, const http::Target& target, std::string_view host) {
  const Result<http::Authority> authority = http::parse_authority(host, target.scheme);
  if (!authority) return;
  http::Target other = target;
  other.host = authority->host;
  other.port = authority->port;
  const bool share = policy::key_of(route, target, {}).text == policy::key_of(route, other, {}).text;
  require(share == (target.authority() == other.authority()), "who shares a key shares a Host");
}

std::string without_blanks(std::string_view text) {
  std::string kept;
  for (const char c : text) {
    if (c != ' ' && c != '\t') kept += c;
  }
  return kept;
}

// What comes before the weights, in lower case and each once.
std::set<std::string> names_in(std::string_view value) {
  std::set<std::string> names;
  for (const std::string_view member : http::split_list(value)) {
    std::string name(trim(member.substr(0, member.find(';'))));
    std::transform(name.begin(), name.end(), name.begin(), to_lower);
    names.insert(name);
  }
  return names;
}

// What is sent upstream as Accept-Encoding: some of three codings that the client names, or none.
bool holds_codings(const std::string& held, std::string_view value) {
  if (held == "identity") return true;
  const std::set<std::string> named = names_in(value);
  for (const std::string& coding : names_in(held)) {
    const bool is_one = coding == "zstd" || coding == "br" || coding == "gzip";
    const bool is_named = named.contains(coding) || named.contains("*") || named.contains("x-" + coding);
    if (!is_one || !is_named) return false;
  }
  return true;
}

bool holds_value(const KeyPart& part, const std::string& value) {
  if (part.name == "accept-encoding") return holds_codings(*part.value, value);
  if (without_blanks(*part.value) == without_blanks(value)) return true;
  return part.name == "accept-language" && names_in(*part.value) == names_in(value);
}

// A selecting value also selects in its normal form.
void require_settled(const std::string& primary, const std::string& name, const std::string& value) {
  http::FieldList fields;
  fields.add(name, value);
  const auto again = read_key(policy::variant_key(primary, {name}, fields));
  require(again && again->parts.back().value == value, "the form in which values are compared is one");
}

void require_variant_readable(const std::string& primary, const std::vector<std::string>& names,
                              const http::FieldList& fields) {
  const std::string key = policy::variant_key(primary, names, fields);
  require(key.starts_with(primary), "variants lie under their primary key");
  const auto before = read_key(primary);
  const auto read = read_key(key);
  require(before && read && read->parts.size() == before->parts.size() + names.size(),
          "a variant's key can be taken apart");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const KeyPart& part = read->parts[before->parts.size() + i];
    const auto value = field_value(fields, names[i]);
    require(part.kind == "vary" && part.name == names[i], "a variant's key holds the selecting fields");
    require(part.value.has_value() == value.has_value(), "a field that is missing is not one that is empty");
    if (!value) continue;
    require(holds_value(part, *value), "a variant's key holds the values");
    require_settled(primary, part.name, *part.value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(text_of(data, size));
  const policy::Route route = route_from(input);
  const std::string other_host(input.line());
  http::RequestHead head;
  head.method = "GET";
  head.target = input.line();
  head.fields = fields_from(input, most_lines);
  const Result<http::Target> target = http::target_of(head, input.rest().size() % 2 == 0 ? "http" : "https");
  if (!target) return 0;
  require_kept_soundly(route.query, target->query);
  require_readable(route, *target, head.fields);
  require_apart(route, *target, other_host);

  const auto names = policy::vary_names(head.fields);
  if (!names) return 0;
  require(std::is_sorted(names->begin(), names->end()), "selecting fields are sorted");
  const std::string primary = policy::key_of(route, *target, head.fields).text;
  require_variant_readable(primary, *names, head.fields);
  require(policy::redis_name("larder", primary).find_first_of("{} \r\n\t") == std::string::npos,
          "a name in Redis is readable");
  return 0;
}
