#include <larder/http/message.hpp>

#include <algorithm>
#include <array>

namespace larder::http {
namespace {

struct Status {
  int code;
  std::string_view reason;
};

// RFC 9110, section 15, and the registry of status codes. In rising order.
constexpr std::array statuses{
    Status{100, "Continue"},
    Status{101, "Switching Protocols"},
    Status{102, "Processing"},
    Status{103, "Early Hints"},
    Status{200, "OK"},
    Status{201, "Created"},
    Status{202, "Accepted"},
    Status{203, "Non-Authoritative Information"},
    Status{204, "No Content"},
    Status{205, "Reset Content"},
    Status{206, "Partial Content"},
    Status{207, "Multi-Status"},
    Status{208, "Already Reported"},
    Status{226, "IM Used"},
    Status{300, "Multiple Choices"},
    Status{301, "Moved Permanently"},
    Status{302, "Found"},
    Status{303, "See Other"},
    Status{304, "Not Modified"},
    Status{305, "Use Proxy"},
    Status{307, "Temporary Redirect"},
    Status{308, "Permanent Redirect"},
    Status{400, "Bad Request"},
    Status{401, "Unauthorized"},
    Status{402, "Payment Required"},
    Status{403, "Forbidden"},
    Status{404, "Not Found"},
    Status{405, "Method Not Allowed"},
    Status{406, "Not Acceptable"},
    Status{407, "Proxy Authentication Required"},
    Status{408, "Request Timeout"},
    Status{409, "Conflict"},
    Status{410, "Gone"},
    Status{411, "Length Required"},
    Status{412, "Precondition Failed"},
    Status{413, "Content Too Large"},
    Status{414, "URI Too Long"},
    Status{415, "Unsupported Media Type"},
    Status{416, "Range Not Satisfiable"},
    Status{417, "Expectation Failed"},
    Status{421, "Misdirected Request"},
    Status{422, "Unprocessable Content"},
    Status{423, "Locked"},
    Status{424, "Failed Dependency"},
    Status{425, "Too Early"},
    Status{426, "Upgrade Required"},
    Status{428, "Precondition Required"},
    Status{429, "Too Many Requests"},
    Status{431, "Request Header Fields Too Large"},
    Status{451, "Unavailable For Legal Reasons"},
    Status{500, "Internal Server Error"},
    Status{501, "Not Implemented"},
    Status{502, "Bad Gateway"},
    Status{503, "Service Unavailable"},
    Status{504, "Gateway Timeout"},
    Status{505, "HTTP Version Not Supported"},
    Status{506, "Variant Also Negotiates"},
    Status{507, "Insufficient Storage"},
    Status{508, "Loop Detected"},
    Status{511, "Network Authentication Required"},
};

}  // namespace

std::string_view reason_phrase(int status) {
  const auto found = std::lower_bound(statuses.begin(), statuses.end(), status,
                                      [](const Status& entry, int wanted) { return entry.code < wanted; });
  return found != statuses.end() && found->code == status ? found->reason : std::string_view();
}

bool is_safe(std::string_view method) {
  static constexpr std::array<std::string_view, 9> safe{"GET",   "HEAD",   "OPTIONS", "PRI",  "PROPFIND",
                                                        "QUERY", "REPORT", "SEARCH",  "TRACE"};
  return std::find(safe.begin(), safe.end(), method) != safe.end();
}

bool is_idempotent(std::string_view method) {
  return is_safe(method) || method == "PUT" || method == "DELETE";
}

bool is_bodiless(int status, std::string_view request_method) {
  return request_method == "HEAD" || status < 200 || status == 204 || status == 304;
}

}  // namespace larder::http
