#include "certificate_names.hpp"

#include <openssl/x509v3.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace larder::net {
namespace {

constexpr int most_names = 8;
constexpr std::size_t longest_name = 255;

/// What is not printable could look like another line of the log.
std::string printable(const ASN1_STRING* string) {
  const auto* const data = reinterpret_cast<const char*>(::ASN1_STRING_get0_data(string));
  const auto size = static_cast<std::size_t>(std::max(::ASN1_STRING_length(string), 0));
  std::string text(data, std::min(size, longest_name));
  std::ranges::replace_if(
      text, [](char c) { return c <= 0x20 || c >= 0x7F; }, '?');
  return text;
}

std::string address_of(const ASN1_STRING* bytes) {
  const int family = ::ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
  const bool is_address = family == AF_INET || ::ASN1_STRING_length(bytes) == 16;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_address) ::inet_ntop(family, ::ASN1_STRING_get0_data(bytes), text.data(), text.size());
  return text.data();
}

std::string name_of(const GENERAL_NAME& name) {
  if (name.type == GEN_DNS) return printable(name.d.dNSName);
  return name.type == GEN_IPADD ? address_of(name.d.iPAddress) : std::string();
}

std::string subject_of(X509* certificate) {
  std::array<char, longest_name + 1> text{};
  const int size = ::X509_NAME_get_text_by_NID(::X509_get_subject_name(certificate), NID_commonName,
                                               text.data(), static_cast<int>(text.size()));
  std::string subject(text.data(), static_cast<std::size_t>(std::max(size, 0)));
  std::ranges::replace_if(
      subject, [](char c) { return c < 0x20 || c >= 0x7F; }, '?');
  return subject.empty() ? "nobody" : subject;
}

}  // namespace

std::string names_in(X509* certificate) {
  auto* const names =
      static_cast<GENERAL_NAMES*>(::X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  std::string list;
  const int count = names == nullptr ? 0 : sk_GENERAL_NAME_num(names);
  for (int i = 0; i < std::min(count, most_names); ++i) {
    const std::string name = name_of(*sk_GENERAL_NAME_value(names, i));
    if (!name.empty()) list.append(list.empty() ? "" : ", ").append(name);
  }
  if (count > most_names) list += ", ...";
  ::GENERAL_NAMES_free(names);
  return list.empty() ? subject_of(certificate) : list;
}

}  // namespace larder::net
