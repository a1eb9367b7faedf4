#include "field_rules.hpp"

#include "notation.hpp"
#include "suggest.hpp"

#include <larder/base/text.hpp>
#include <larder/base/token.hpp>
#include <larder/http/field_list.hpp>
#include <larder/policy/credentials.hpp>

#include <algorithm>

namespace larder::config {
namespace {

using policy::FieldTemplate;
using Names = std::vector<std::string>;

/// Each is expanded for every message.
constexpr std::size_t most_fields = 64;

constexpr std::string_view expected_value = "a text without control bytes";

/// As nginx and Apache call what has a placeholder here.
struct Variable {
  std::string_view theirs;
  std::string_view ours;
};
constexpr Variable variables[] = {{"$host", "{host}"},          {"$http_host", "{host}"},
                                  {"$server_name", "{host}"},   {"$scheme", "{scheme}"},
                                  {"$remote_addr", "{client}"}, {"%{HTTP_HOST}", "{host}"},
                                  {"%{HTTP_HOST}e", "{host}"},  {"%{REMOTE_ADDR}s", "{client}"}};

/// Whether a text of another program stands for itself where its writer meant a placeholder; reported if so.
bool check_variables(const Value& value, const std::string& text) {
  for (const Variable& one : variables) {
    if (text != one.theirs) continue;
    value.error(quoted(text) + " would be sent as it stands, did you mean " + quoted(one.ours) + "?");
    return false;
  }
  return true;
}

bool has_name(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// Whether a placeholder is known, whichever pattern of the match a request meets.
bool check_placeholder(const Value& value, const std::string& text, const std::string& name,
                       const TemplateNames& known) {
  if (!known.captured) return true;
  const auto captures = [&name](const Names& names) { return has_name(names, name); };
  if (!known.captured->empty() && std::ranges::all_of(*known.captured, captures)) return true;
  const bool is_captured_by_some = std::ranges::any_of(*known.captured, captures);
  if (!is_captured_by_some && has_name(known.placeholders, name)) return true;
  if (is_captured_by_some) {
    value.error(quoted(text) + ": not every pattern of the match has " + quoted("{" + name + "}"));
    return false;
  }
  Names all = known.placeholders;
  for (const Names& names : *known.captured) all.insert(all.end(), names.begin(), names.end());
  value.error(quoted(text) + ": there is no " + quoted("{" + name + "}") + " here" + did_you_mean(name, all));
  return false;
}

/// Whether a brace lacks its other one where a name follows. Braces of JSON stand for themselves.
bool is_unclosed(const std::string& text) {
  const std::size_t last = text.rfind('{');
  return last != text.npos && last + 1 < text.size() &&
         text.find_first_of("{}\"' ,:;=", last + 1) == text.npos;
}

bool check_template(const Value& value, const std::string& name, const std::string& text,
                    const TemplateNames& known) {
  if (trim(text).empty()) {
    value.error("is empty: to leave the field out, say remove: [" + name + "]");
  } else if (!http::is_field_value(text)) {
    value.mismatch(expected_value, text);
  } else if (is_unclosed(text)) {
    value.error(quoted(text) + " has a \"{\" without its \"}\"");
  } else {
    if (!check_variables(value, text)) return false;
    const auto placeholders = policy::placeholders_of(text);
    return std::ranges::all_of(placeholders, [&](std::string_view placeholder) {
      return check_placeholder(value, text, std::string(placeholder), known);
    });
  }
  return false;
}

/// Values that say who larder is to an upstream are not shown.
bool is_secret(const std::string& name) {
  return equal_ignoring_case(name, "Authorization") || equal_ignoring_case(name, "Cookie") ||
         policy::CredentialFields::documented()->contains(http::FieldName(name));
}

}  // namespace

TemplateNames names_in_templates(const policy::Route& route, Names placeholders) {
  TemplateNames names{std::move(placeholders), std::vector<Names>{}};
  for (const std::string& match : route.match) {
    const Result<policy::PathPattern> pattern = policy::PathPattern::parse(match);
    if (!pattern) {
      names.captured.reset();
      return names;
    }
    names.captured->push_back(pattern->capture_names());
  }
  return names;
}

std::optional<std::vector<FieldTemplate>> FieldTemplates::read(const Value& value) const {
  if (!value.is_map()) {
    value.mismatch("a map of header names to their values");
    return std::nullopt;
  }
  std::vector<FieldTemplate> templates;
  const Map map(value);
  for (const Entry& entry : map.entries()) {
    const std::string& name = entry.key;
    const auto is_same = [&name](const FieldTemplate& one) { return policy::is_spelling_of(one.name, name); };
    if (!is_token(name)) {
      value.error_at(entry.place, "expected a header name, found " + quoted(name));
    } else if (name.find('*') != name.npos) {
      value.error_at(entry.place,
                     quoted(name) + " would be taken literally, its * too: fields are named one by one");
    } else if (const std::string_view why = refusal(name); !why.empty()) {
      value.error_at(entry.place, quoted(name) + " cannot be written: it " + std::string(why));
    } else if (std::ranges::any_of(templates, is_same)) {
      value.error_at(entry.place, quoted(name) + " is there twice: case does not count");
    } else if (!may_be_several && entry.value.is_list()) {
      entry.value.mismatch(expected_value);
    } else {
      for (const Value& item : entry.value.items()) {
        const std::optional<std::string> text = item.text(expected_value);
        if (!text || !check_template(item, name, *text, *names)) continue;
        templates.push_back({name, std::string(trim(*text))});
      }
    }
  }
  if (templates.size() > most_fields) {
    value.error("has more than " + std::to_string(most_fields) + " fields");
  }
  return templates;
}

Node FieldTemplates::write(const std::vector<FieldTemplate>& templates) const {
  if (templates.empty()) return {};
  Node map = Node::map();
  map.set_flow();
  for (std::size_t i = 0; i < templates.size(); ++i) {
    const std::string& name = templates[i].name;
    std::vector<std::string> texts;
    for (; i < templates.size() && templates[i].name == name; ++i) {
      texts.push_back(is_secret(name) ? "***" : templates[i].text);
    }
    --i;
    map.insert(name, texts.size() == 1 ? text_node(texts.front()) : list_node(texts));
  }
  return map;
}

json::object FieldTemplates::schema() const {
  if (!may_be_several) return map_schema(any_text_schema());
  return map_schema(either_schema(any_text_schema(), list_schema(any_text_schema())));
}

void refuse_contradiction(const Value& section, const std::vector<FieldTemplate>& set,
                          const std::vector<FieldTemplate>& add, const Names& removed) {
  for (const FieldTemplate& one : set) {
    const auto is_same = [&one](const FieldTemplate& other) {
      return policy::is_spelling_of(other.name, one.name);
    };
    if (std::ranges::any_of(add, is_same)) {
      section.error(quoted(one.name) + " cannot be both set and added: set replaces what is there");
    }
  }
  for (const auto* written : {&set, &add}) {
    for (const FieldTemplate& one : *written) {
      const auto is_same = [&one](const std::string& name) { return policy::is_spelling_of(name, one.name); };
      if (std::ranges::none_of(removed, is_same)) continue;
      section.error(quoted(one.name) + " cannot be both written and removed" +
                    (written == &add ? ": set replaces what is there" : ""));
    }
  }
}

bool check_removed_name(const Value& item, const std::string& text) {
  if (!is_token(text)) {
    item.mismatch("a header name", text);
    return false;
  }
  if (!check_glob_notation(item, text)) return false;
  if (text.find_first_not_of('*') != text.npos) return true;
  item.error(quoted(text) + " names every field");
  return false;
}

}  // namespace larder::config
