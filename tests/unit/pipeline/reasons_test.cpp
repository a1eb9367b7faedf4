#include <larder/http/fault.hpp>
#include <larder/pipeline/problem.hpp>
#include <larder/policy/reason.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace larder;

namespace {

const std::string page = std::string(LARDER_SOURCE_DIR) + "/deploy/README.md";
constexpr std::string_view beginning = "<!-- The reasons: begin -->\n";
constexpr std::string_view end = "<!-- The reasons: end -->";

std::string row(std::string_view token, std::string_view sentence) {
  std::string text = "| `";
  text.append(token).append("` | ").append(sentence).append(" |\n");
  return text;
}

/// Whether a request can have it.
bool is_of_request(http::Fault fault) {
  switch (fault) {
    case http::Fault::not_http:
    case http::Fault::version:
    case http::Fault::head_size:
    case http::Fault::field_count:
    case http::Fault::content_size:
    case http::Fault::switching:
    case http::Fault::interim_flood:
      return false;
    default:
      return true;
  }
}

/// What the manual says of `reason`, as the code has it.
std::string reasons() {
  std::string text = "\n| `reason` | |\n|---|---|\n";
  for (int i = 1; i <= static_cast<int>(policy::last_reason); ++i) {
    const auto reason = static_cast<policy::Reason>(i);
    text += row(token_of(reason), sentence_of(reason));
  }
  text +=
      "\nof a request that is refused unread (400, and 408, 413, 414, 431, 501, 505):\n\n| `reason` | "
      "|\n|---|---|\n";
  for (int i = 1; i <= static_cast<int>(http::last_fault); ++i) {
    const auto fault = static_cast<http::Fault>(i);
    if (is_of_request(fault)) text += row(token_of(fault), make_error_code(fault).message());
  }
  for (const pipeline::RefusalReason& each : pipeline::refusal_reasons) {
    const int status = pipeline::request_problem(each.error).head.status;
    text += row(each.token, std::to_string(status) + ", see `limits`");
  }
  return text + "\n";
}

}  // namespace

/// LARDER_WRITE_REFERENCE=1 writes them into the manual.
TEST_CASE("deploy/README.md lists every reason that the access log can have") {
  std::ifstream file(page);
  std::ostringstream read;
  read << file.rdbuf();
  std::string text = read.str();
  const std::size_t from = text.find(beginning);
  const std::size_t to = text.find(end);
  REQUIRE(from != text.npos);
  REQUIRE(to != text.npos);
  const std::size_t begin = from + beginning.size();
  if (std::getenv("LARDER_WRITE_REFERENCE") != nullptr) {
    text.replace(begin, to - begin, reasons());
    std::ofstream(page) << text;
  } else {
    CHECK(text.substr(begin, to - begin) == reasons());
  }
}

TEST_CASE("what a request is refused for is told in a word") {
  CHECK(pipeline::request_problem(http::Fault::no_host).reason == "host-missing");
  CHECK(pipeline::request_problem(Error::head_too_large).reason == "head-too-large");
  CHECK(pipeline::request_problem(Error::timeout).reason == "request-timeout");
}

TEST_CASE("what the upstream failed by is told, and counts as a failure") {
  struct Row {
    boost::system::error_code error;
    int status;
    std::string_view reason;
  };
  for (const auto& [error, status, reason] :
       {Row{Error::timeout, 504, "upstream-timeout"}, Row{http::Fault::chunk, 502, "upstream-malformed"},
        Row{Error::reset, 502, "upstream-closed"}, Row{Error::canceled, 503, "shutdown"},
        Row{Error::client_left, 499, ""}}) {
    CAPTURE(error.message());
    const pipeline::Response response = pipeline::origin_problem(error);
    CHECK(response.head.status == status);
    CHECK(response.reason == reason);
    CHECK(response.is_failure);
  }
}
