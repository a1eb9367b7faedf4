#pragma once

#include <larder/policy/key.hpp>
#include <larder/store/stored_response.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace larder::test {

/// What a test's stored response is made of; everything has a default.
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

  store::Draft draft() const {
    store::Draft draft;
    draft.primary_key = primary_key();
    draft.vary = vary;
    draft.variant_key = policy::variant_key(draft.primary_key, vary, request_fields);
    draft.fields.add("Content-Type", "text/plain");
    draft.content = Bytes::copy_of(body);
    draft.lifetimes.response_time = response_time;
    draft.lifetimes.freshness = freshness;
    draft.tags = {site, path, tags};
    draft.born = born;
    draft.checked = checked;
    return draft;
  }

  store::StoredResponsePtr make() const { return store::StoredResponse::from(draft()); }
};

/// Whether a purge log would accept that response from Redis; if so it is marked as checked.
template <class Log>
bool admits(const Log& log, const store::StoredResponsePtr& response) {
  store::Draft draft = store::copy_of(response);
  const bool is_admitted = log.admit(draft);
  response->checked = draft.checked;
  return is_admitted;
}

inline http::FieldList fields_of(const std::vector<std::pair<std::string, std::string>>& lines) {
  http::FieldList fields;
  for (const auto& [name, value] : lines) fields.add(name, value);
  return fields;
}

}  // namespace larder::test
