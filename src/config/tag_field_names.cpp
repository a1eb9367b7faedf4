// Response fields that hold tags.
#include "notation.hpp"
#include "route_kinds.hpp"

#include <larder/base/token.hpp>
#include <larder/http/field_list.hpp>
#include <larder/policy/forwarding.hpp>

namespace larder::config {
namespace {

bool check_tag_field(const Value& item, const std::string& text) {
  if (!is_token(text)) {
    item.mismatch("a header name", text);
    return false;
  }
  if (!check_no_glob(item, text, "response fields are named one by one")) return false;
  if (!policy::is_hop_by_hop(http::FieldName(text))) return true;
  item.error(quoted(text) + " is of one connection: it holds no tags");
  return false;
}

}  // namespace

Texts tag_field_names() {
  return {"a list of header names", check_tag_field};
}

}  // namespace larder::config
