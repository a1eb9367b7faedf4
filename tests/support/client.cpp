#include "support/client.hpp"

#include <sstream>

namespace larder::test {

Response Client::request(std::string_view method, std::string_view target, const Fields& fields,
                         const std::optional<std::string>& body) {
  const auto begin = std::chrono::steady_clock::now();
  Fields sent = fields;
  if (body) sent.add("Content-Length", std::to_string(body->size()));
  send(head_text(method, target, sent) + body.value_or(""));
  Response response = receive(method);
  response.took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  const bool ends = response.fields.get("Connection") == "close" || response.version == "HTTP/1.0";
  if (ends || !response.complete) disconnect();
  return response;
}

std::string Client::head_text(std::string_view method, std::string_view target, const Fields& fields) const {
  std::string head = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n";
  if (!fields.has("Host")) head += "Host: " + host_ + "\r\n";
  return head + fields.text() + "\r\n";
}

bool Client::send(std::string_view bytes) {
  return wire().socket().send(bytes);
}

Response Client::receive(std::string_view method) {
  std::string body;
  Response response = receive(method, [&](std::string_view bytes) { body += bytes; });
  response.body = std::move(body);
  return response;
}

Response Client::receive(std::string_view method, const Sink& sink) {
  std::vector<int> interim;
  Response response = receive_head();
  while (response.status < 200) {
    interim.push_back(response.status);
    response = receive_head();
  }
  response.interim = std::move(interim);
  if (method == "HEAD" || response.status == 204 || response.status == 304) return response;
  if (response.fields.has("Transfer-Encoding")) {
    response.complete = wire().read_chunks(sink);
  } else if (response.fields.has("Content-Length")) {
    response.complete = wire().read_length(std::stoull(response.fields.get("Content-Length")), sink);
  } else {
    wire().read_to_close(sink);
  }
  return response;
}

Response Client::receive_head() {
  std::optional<std::string> head = wire().read_head();
  if (!head) throw std::runtime_error("the connection ended before a response");
  Response response;
  std::istringstream(*head) >> response.version >> response.status;
  response.fields = Fields::parse(*head);
  response.head = std::move(*head);
  return response;
}

bool Client::is_ended(std::chrono::milliseconds within) {
  return wire().ends(within);
}

Wire& Client::wire() {
  if (!wire_) wire_.emplace(Socket::connected_to(port_));
  return *wire_;
}

}  // namespace larder::test
