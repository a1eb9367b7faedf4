#include "outgoing.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/credentials.hpp>

#include <algorithm>
#include <string>

namespace larder::cache {

void keep_unseen_cookies(const Transaction& transaction, pipeline::Response& response) {
  if (transaction.route().set_cookie == policy::SetCookieRule::allow) return;
  policy::keep_unseen_cookies(transaction.request.unseen_cookies, response.head.fields);
}

void apply(const policy::ResponseRule& rule, pipeline::Response& response) {
  if (!rule.applies(response.head.status)) return;
  const auto is_removed = [&rule](const http::Field& field) {
    return std::ranges::any_of(rule.remove, [&field](const std::string& name) {
      return equal_ignoring_case(name, std::string_view(field.name));
    });
  };
  response.head.fields.remove_if(is_removed);
  if (response.shared_lines.empty()) return;
  http::FieldList stored = http::FieldList::of_wire(response.shared_lines.view());
  const std::size_t before = stored.size();
  stored.remove_if(is_removed);
  if (stored.size() != before) response.shared_lines = Bytes(std::string(stored.wire()));
}

}  // namespace larder::cache
