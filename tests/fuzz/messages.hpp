#pragma once

#include <larder/http1/body_decoder.hpp>
#include <larder/http1/head_parser.hpp>

#include <optional>
#include <string>
#include <string_view>

// What the targets for requests and responses share.
namespace larder::fuzz {

/// Bounds small enough for a fuzzer to meet, or the usual ones.
http1::HeadLimits limits_by(unsigned choice);

/// A reader that ends lines at any CR or LF and tolerates odd bytes around a name, like careless servers:
/// how often it would see the field.
std::size_t careless_count(std::string_view head, std::string_view name);

/// Checks that a careless reader of the head sees the same framing fields as we do.
void require_same_framing_fields(std::string_view head, const http::FieldList& fields);

/// Checks that the content is the same whether its bytes come together or in pieces of `piece` bytes.
/// How many bytes of `bytes` belong to it; nothing if it has not ended or is malformed.
std::optional<std::size_t> size_of_content(const http1::Framing& framing, std::string_view bytes,
                                           std::size_t piece);

/// The fields that do not frame the message.
http::FieldList without_framing(http::FieldList fields);

bool same_framing(const http1::Framing& a, const http1::Framing& b);

}  // namespace larder::fuzz
