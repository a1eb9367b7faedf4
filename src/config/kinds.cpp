#include "kinds.hpp"

#include <larder/base/units.hpp>

namespace larder::config {
namespace {

std::string duration_text(const Milliseconds& duration) {
  return format_duration(duration);
}

json::object positive_duration_schema() {
  return pattern_schema("^([0-9]+(ms|s|m|h|d))+$");
}

json::object duration_schema() {
  return either_schema({{"const", 0}}, pattern_schema("^(0|([0-9]+(ms|s|m|h|d))+)$"));
}

std::string size_text(const std::uint64_t& bytes) {
  return format_size(bytes);
}

json::object size_schema() {
  return either_schema({{"type", "integer"}, {"minimum", 0}},
                       pattern_schema("^[0-9]+([KMGT]iB|kB|MB|GB|B)?$"));
}

std::string switch_text(const bool& on) {
  return on ? "on" : "off";
}

std::string secret_text(const std::string& text) {
  return text.empty() ? "" : "***";
}

}  // namespace

const Scalar<Milliseconds> a_duration{duration, duration_text, duration_schema};
const Scalar<Milliseconds> a_positive_duration{positive_duration, duration_text, positive_duration_schema};
const Scalar<Milliseconds> a_brief_duration{brief_duration, duration_text, positive_duration_schema};
const Scalar<std::uint64_t> a_size{size, size_text, size_schema};
const Scalar<bool> a_switch{on_off, switch_text, switch_schema};
const Scalar<std::string> a_text{any_text, same_text, any_text_schema};
const Scalar<std::string> a_file{file_path, same_text, any_text_schema};
const Scalar<std::string> a_secret{any_text, secret_text, any_text_schema};

std::string same_text(const std::string& text) {
  return text;
}

Node list_node(const std::vector<std::string>& texts) {
  Node list = Node::list();
  list.set_flow();
  for (const std::string& text : texts) list.push_back(text_node(text));
  return list;
}

Node one_or_list(const std::vector<std::string>& texts) {
  return texts.size() == 1 ? text_node(texts.front()) : list_node(texts);
}

std::optional<std::uint64_t> BoundedSize::read(const Value& value) const {
  const std::optional<std::uint64_t> bytes = size(value);
  if (!bytes || (*bytes >= least && *bytes <= most) || (*bytes == 0 && or_none)) return bytes;
  value.error("must be " + std::string(demand));
  return std::nullopt;
}

std::optional<std::vector<std::string>> Texts::read(const Value& value) const {
  const std::optional<std::vector<std::string>> texts = list_of(value, expected, check, may_be_empty);
  if (!may_be_empty && value.is_list() && value.items().empty()) value.error("must not be empty");
  return texts;
}

json::object Texts::schema() const {
  json::object schema = list_schema(any_text_schema());
  if (!may_be_empty) schema["minItems"] = 1;
  return schema;
}

}  // namespace larder::config
