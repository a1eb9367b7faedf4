#pragma once

#include <larder/policy/key.hpp>
#include <larder/store/stored_response.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace larder::test {

/// What a stored response of a test is made of; everything has a default.
struct Sample {
  std::string site = "shop.example";
  std::string path = "/products/7";
  std::string query;
  std::string body = "seven";
  std::vector<std::string> tags;
  std::vector<std::string> vary;
  http::FieldList request_fields;
  store::Position born;
  std::uint64_t checked = 0;
  Time response_time{Milliseconds{1'700'000'000'000}};
  Milliseconds freshness{60'000};

  std::string primary_key() const { return "GET:http://" + site + path + query; }

  std::shared_ptr<store::StoredResponse> make() const {
    auto response = std::make_shared<store::StoredResponse>();
    response->primary_key = primary_key();
    response->vary = vary;
    response->variant_key = policy::variant_key(response->primary_key, vary, request_fields);
    auto fields = std::make_shared<http::FieldList>();
    fields->add("Content-Type", "text/plain");
    response->fields = std::move(fields);
    response->body = Bytes::copy_of(body);
    response->lifetimes.response_time = response_time;
    response->lifetimes.freshness = freshness;
    response->tags = {site, path, tags};
    response->born = born;
    response->checked = checked;
    return response;
  }
};

inline http::FieldList fields_of(const std::vector<std::pair<std::string, std::string>>& lines) {
  http::FieldList fields;
  for (const auto& [name, value] : lines) fields.add(name, value);
  return fields;
}

}  // namespace larder::test
