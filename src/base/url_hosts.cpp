#include "url_hosts.hpp"

#include <algorithm>

namespace larder {

std::vector<std::string> urls_of_hosts(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return {std::string(url)};
  const std::size_t end = std::min(url.find_first_of("/?#", scheme_end + 3), url.size());
  const std::size_t at = url.substr(0, end).rfind('@');
  const std::size_t begin = at == std::string_view::npos || at < scheme_end ? scheme_end + 3 : at + 1;
  std::vector<std::string> urls;
  std::size_t from = begin;
  while (from <= end) {
    const std::size_t to = std::min(url.find(',', from), end);
    urls.push_back(
        std::string(url.substr(0, begin)).append(url.substr(from, to - from)).append(url.substr(end)));
    from = to + 1;
  }
  return urls;
}

}  // namespace larder
