#include "support/tls_relay.hpp"

#include <openssl/ssl.h>

#include <array>
#include <poll.h>
#include <stdexcept>

namespace larder::test {

namespace {

struct Free {
  void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
  void operator()(SSL* session) const { ::SSL_free(session); }
};

constexpr int look_every = 20;  // milliseconds, for the end of the test

/// Passes on what the client has sent; false at its end.
bool pass_on(SSL* client, Socket& server) {
  std::array<char, 16 * 1024> bytes{};
  do {
    const int count = ::SSL_read(client, bytes.data(), bytes.size());
    if (count <= 0) return ::SSL_get_error(client, count) == SSL_ERROR_WANT_READ;
    if (!server.send({bytes.data(), static_cast<std::size_t>(count)})) return false;
  } while (::SSL_pending(client) > 0);
  return true;
}

/// Passes on what the server has sent; false at its end, which is passed on to the client.
bool pass_back(Socket& server, SSL* client) {
  std::array<char, 16 * 1024> bytes{};
  const std::size_t count = server.receive(bytes);
  if (count > 0) return ::SSL_write(client, bytes.data(), static_cast<int>(count)) > 0;
  ::SSL_shutdown(client);
  return false;
}

}  // namespace

struct TlsRelay::Secret {
  std::unique_ptr<SSL_CTX, Free> context{::SSL_CTX_new(::TLS_server_method())};
};

TlsRelay::TlsRelay(std::uint16_t plain_port, const CertificateFiles& files, const std::string& client_ca)
    : plain_port_(plain_port),
      secret_(std::make_unique<Secret>()),
      listener_(Socket::listening(0)),
      port_(listener_.port()) {
  SSL_CTX* const context = secret_->context.get();
  // SSL_read must return after records that are not content: otherwise it would keep waiting, and the other
  // side with it.
  ::SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  if (::SSL_CTX_use_certificate_file(context, files.cert.c_str(), SSL_FILETYPE_PEM) != 1 ||
      ::SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    throw std::runtime_error("a certificate could not be read");
  }
  if (!client_ca.empty()) {
    ::SSL_CTX_load_verify_file(context, client_ca.c_str());
    ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  acceptor_ = std::thread([this] { accept_all(); });
}

TlsRelay::~TlsRelay() {
  stopping_ = true;
  listener_.shutdown();
  acceptor_.join();
  for (std::thread& connection : connections_) connection.join();
}

std::string TlsRelay::asked_name() const {
  const std::lock_guard lock(mutex_);
  return asked_name_;
}

void TlsRelay::accept_all() {
  while (Socket client = listener_.accept()) {
    connections_.emplace_back([this](Socket socket) { relay(std::move(socket)); }, std::move(client));
  }
}

void TlsRelay::relay(Socket client) {
  const std::unique_ptr<SSL, Free> session(::SSL_new(secret_->context.get()));
  ::SSL_set_fd(session.get(), client.descriptor());
  if (::SSL_accept(session.get()) != 1) return;
  const char* const name = ::SSL_get_servername(session.get(), TLSEXT_NAMETYPE_host_name);
  {
    const std::lock_guard lock(mutex_);
    asked_name_ = name == nullptr ? "" : name;
  }
  Socket server = Socket::connected_to(plain_port_);
  bool goes_on = true;
  while (goes_on && !stopping_) {
    std::array<pollfd, 2> both{pollfd{client.descriptor(), POLLIN, 0},
                               pollfd{server.descriptor(), POLLIN, 0}};
    ::poll(both.data(), both.size(), look_every);
    if (both[0].revents != 0) goes_on = pass_on(session.get(), server);
    if (both[1].revents != 0) goes_on = pass_back(server, session.get()) && goes_on;
  }
}

}  // namespace larder::test
