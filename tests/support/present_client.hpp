#pragma once

#include <larder/pipeline/departure.hpp>

namespace larder::test {

/// A client that is there until a test notes that it has left.
class PresentClient final : public pipeline::Departure {
 public:
  Look look() const override { return Look::here; }
};

}  // namespace larder::test
