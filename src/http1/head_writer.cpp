#include <larder/base/text.hpp>
#include <larder/http1/head_writer.hpp>

namespace larder::http1 {
namespace {

// RFC 9112, section 6: without such a field the end of the connection delimits the content, or there is none.
void append_framing(std::string& out, const Framing& framing) {
  if (framing.kind == Framing::Kind::length) {
    out += "Content-Length: ";
    append_number(out, framing.length);
    out += "\r\n";
  } else if (framing.kind == Framing::Kind::chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  }
}

}  // namespace

void write_request_head(std::string& out, std::string_view method, std::string_view target,
                        const http::FieldList& fields, const Framing& framing, Persistence persistence) {
  out.append(method).append(" ").append(target).append(" HTTP/1.1\r\n").append(fields.wire());
  append_framing(out, framing);
  if (persistence == Persistence::close) out += "Connection: close\r\n";
  out += "\r\n";
}

void write_status_line(std::string& out, int status, std::string_view reason) {
  if (status == 200 && reason.empty()) {
    out += "HTTP/1.1 200 OK\r\n";
    return;
  }
  out += "HTTP/1.1 ";
  append_number(out, status);
  out.append(" ").append(reason.empty() ? http::reason_phrase(status) : reason).append("\r\n");
}

void write_head_end(std::string& out, const Framing& framing, Persistence persistence, int version_minor) {
  append_framing(out, framing);
  // RFC 9112, section 9.3: each version says only what is not its default.
  if (persistence == Persistence::close && version_minor == 1) out += "Connection: close\r\n";
  if (persistence == Persistence::keep_alive && version_minor == 0) out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

void write_chunk_head(std::string& out, std::size_t size) {
  append_number(out, size, 16);
  out += "\r\n";
}

}  // namespace larder::http1
