// A request that selects none of the stored variants may still be answered by one of them: the origin is
// asked which (RFC 9111, section 4.1; RFC 9110, section 13.1.2).
#include "transaction.hpp"

#include <larder/cache/cache_handler.hpp>
#include <larder/policy/reuse.hpp>
#include <larder/policy/validation.hpp>

#include <algorithm>

namespace larder::cache {
namespace {

std::vector<http::FieldList> fields_of(const std::vector<store::StoredResponsePtr>& variants) {
  std::vector<http::FieldList> fields;
  for (const store::StoredResponsePtr& variant : variants) fields.push_back(variant->fields());
  return fields;
}

/// Whether it was chosen by who asked.
bool varies_by_credential(const policy::Route& route, const store::StoredResponse& variant) {
  const std::vector<std::string_view> names = variant.vary();
  return std::any_of(names.begin(), names.end(),
                     [&route](std::string_view name) { return route.credential_fields->contains(name); });
}

}  // namespace

void CacheHandler::ask_about_variants(Transaction& transaction, policy::Reason why, http::FieldList& fields) {
  // Once is enough: an answer that is no use is not asked for again.
  if (why != policy::Reason::vary || std::exchange(transaction.has_asked_which, true)) return;
  if (!trusts_hits(transaction)) return;
  std::vector<store::StoredResponsePtr> variants = store_.variants_now(transaction.key.text);
  std::erase_if(variants, [&](const store::StoredResponsePtr& variant) {
    const policy::Reason stranger = policy::not_shareable_reason(
        transaction.route(), transaction.request.head.fields, variant->lifetimes);
    return variant->status != 200 || stranger != policy::Reason::none ||
           varies_by_credential(transaction.route(), *variant) ||
           !policy::may_answer_unselected(transaction.request.head.fields, variant->fields());
  });
  if (policy::ask_which_holds(fields, fields_of(variants))) transaction.variants = std::move(variants);
}

/// The variant that a 304 names. What comes of it is a response of its own, for requests like this one: the
/// variant itself could not have been chosen for this request, so it is not updated (RFC 9111,
/// section 4.3.4).
store::StoredResponsePtr CacheHandler::selected_variant(Transaction& transaction,
                                                        const pipeline::Response& response) {
  const std::vector<store::StoredResponsePtr> variants = std::exchange(transaction.variants, {});
  const auto selected = policy::find_selected(response.head.fields, fields_of(variants));
  return selected ? variants[*selected] : nullptr;
}

}  // namespace larder::cache
