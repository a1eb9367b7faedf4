#pragma once

#include "context.hpp"
#include "transaction.hpp"

#include <larder/store/stored_response.hpp>

#include <variant>
#include <vector>

namespace larder::cache {

/// Asks for what the client asks for, without conditions of our own: the whole response, or its Range.
struct Whole {};

/// Asks whether a stored response still holds (RFC 9111, section 4.3).
struct Validate {
  store::StoredResponsePtr stored;
};

/// Asks which of the stored variants answers a request that selects none of them, if any does (RFC 9111,
/// section 4.1; RFC 9110, section 13.1.2).
struct WhichVariant {
  std::vector<store::StoredResponsePtr> variants;
};

/// Asks for what a stored part of the response lacks (RFC 9111, section 3.4).
struct RestOfPart {
  store::StoredResponsePtr part;
};

/// What the origin is asked for. If its answer is of no use, a later kind of the list is asked next:
///
///   plan         | asked if                               | its answer is of no use | then
///   Validate     | what is stored is to be validated      | 304 about another one   | RestOfPart or Whole
///   WhichVariant | variants are stored, none is selected  | 304 about none of them  | RestOfPart or Whole
///   RestOfPart   | a part is stored, and nothing whole    | another part, or 416    | Whole
///   Whole        | otherwise                              |                         |
using FetchPlan = std::variant<Whole, Validate, WhichVariant, RestOfPart>;

/// Finds what plan_of() may use beside what the request selects: variants, and a part if that takes waiting.
Task<> find_for_plan(const Context& context, Transaction& transaction);

/// What is best asked for a transaction, by what is stored now.
FetchPlan plan_of(const Context& context, const Transaction& transaction);

/// The same if neither validating nor asking about variants is of use.
FetchPlan rest_or_whole(const Context& context, const Transaction& transaction);

/// The plan without what was purged since it was made.
FetchPlan without_purged(const Context& context, const Transaction& transaction, FetchPlan plan);

/// Whether a purge forbids any use of a stored response.
bool is_purged(const Context& context, const store::StoredResponsePtr& stored);

/// Writes the plan into the fields of a forwarded request.
void add_conditions(http::FieldList& fields, const Transaction& transaction, const FetchPlan& plan);

/// The variant that a 304 names; nullptr if it names none of them.
store::StoredResponsePtr selected_variant(const WhichVariant& plan, const http::ResponseHead& not_modified);

}  // namespace larder::cache
