#include "proxy_preface.hpp"

#include <larder/http1/proxy_header.hpp>

#include <span>

namespace larder::server {

Task<Result<std::string>> read_proxy_preface(net::Stream& stream) {
  std::string bytes;
  Result<http1::ProxyHeader> header = http1::read_proxy_header(bytes);
  while (header && header->lacks != 0) {
    const std::size_t begin = bytes.size();
    bytes.resize(begin + header->lacks);
    const Result<std::size_t> count = co_await stream.read_unsecured(std::span(bytes).subspan(begin));
    if (!count) co_return count.error();
    bytes.resize(begin + *count);
    header = http1::read_proxy_header(bytes);
  }
  if (!header) co_return header.error();
  co_return header->client_address.empty() ? stream.peer_address() : header->client_address;
}

}  // namespace larder::server
