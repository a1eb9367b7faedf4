#include "client_condition.hpp"

#include "storing_reader.hpp"

#include <larder/cache/settings.hpp>
#include <larder/policy/validation.hpp>

namespace larder::cache {

Task<Result<>> leave_out_content(pipeline::Response& response, std::uint64_t reads_at_most) {
  if (reads_at_most != 0 && response.body.is_streamed()) {
    const Result<> whole = co_await drain(response.body.reader(), reads_at_most);
    if (!whole) co_return whole;
  }
  response.head.status = 304;
  response.head.reason.clear();
  response.head.fields = policy::not_modified_fields(response.head.fields, policy::SetCookie::keep);
  response.body = pipeline::Body();
  co_return Result<>();
}

Task<> spare_content(const Transaction& transaction, pipeline::Response& response) {
  const bool may_spare = transaction.request.head.method == "GET" && response.head.status == 200 &&
                         !response.head.fields.contains("Set-Cookie");
  if (!may_spare) co_return;
  if (!policy::is_not_modified(transaction.request.head, response.head.fields, transaction.response_time))
    co_return;
  // A little is read to its end, so that the connection can be used again; more is left where it is.
  constexpr std::uint64_t brief = 64 * 1024;
  const bool is_brief = response.body.length().value_or(brief + 1) <= brief;
  // If it is incomplete, its writer will find that too.
  const Result<> whole = co_await leave_out_content(response, is_brief ? brief : 0);
  static_cast<void>(whole);
}

}  // namespace larder::cache
