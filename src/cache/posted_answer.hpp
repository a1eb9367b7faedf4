#pragma once

#include "transaction.hpp"

#include <larder/pipeline/handler.hpp>
#include <larder/store/stored_response.hpp>

#include <memory>

namespace larder::cache {

/// The answer to a POST as it may be stored for GETs (RFC 9110, section 9.3.3), if a GET with the same fields
/// would have had the same request sent on; nullptr for any other. The transaction then has the GET's key.
std::shared_ptr<store::Draft> posted_answer(Transaction& transaction, const pipeline::Response& response);

}  // namespace larder::cache
