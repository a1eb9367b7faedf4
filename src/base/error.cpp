#include <larder/base/error.hpp>

#include <string>

namespace larder {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "larder"; }

  std::string message(int value) const override {
    switch (static_cast<Error>(value)) {
      case Error::timeout:
        return "deadline passed";
      case Error::reset:
        return "connection broken";
      case Error::closed:
        return "connection closed";
      case Error::unavailable:
        return "not available";
      case Error::malformed:
        return "malformed message";
      case Error::unsupported:
        return "not supported";
      case Error::too_large:
        return "too large";
      case Error::head_too_large:
        return "message head too large";
      case Error::uri_too_long:
        return "request target too long";
      case Error::refused:
        return "refused by the peer";
      case Error::canceled:
        return "canceled";
      case Error::version:
        return "protocol version not supported";
      case Error::client_left:
        return "the client has left";
    }
    return "unknown error";
  }
};

}  // namespace

const boost::system::error_category& error_category() noexcept {
  static const Category category;
  return category;
}

}  // namespace larder
