#pragma once

#include "connection.hpp"
#include "upstream.hpp"

#include <larder/pipeline/tunnel.hpp>

#include <array>
#include <memory>

namespace larder::origin {

/// A connection to a server that speaks another protocol after its 101. It is never used again.
class Tunnel final : public pipeline::Tunnel {
 public:
  Tunnel(std::shared_ptr<Upstream> upstream, std::unique_ptr<Connection> connection)
      : upstream_(std::move(upstream)), connection_(std::move(connection)) {}
  ~Tunnel() override;

  Task<> relay(net::ByteStream& client, std::string_view ahead) override;

 private:
  static constexpr std::size_t piece_size = 16 * 1024;
  using Buffer = std::array<char, piece_size>;

  Task<> pass_on(net::ByteStream& from, net::ByteStream& to, std::string_view ahead, Buffer& buffer);
  void wait(net::ByteStream& one, net::ByteStream& other) const;

  std::shared_ptr<Upstream> upstream_;
  std::unique_ptr<Connection> connection_;
  Buffer up_{};
  Buffer down_{};
};

}  // namespace larder::origin
