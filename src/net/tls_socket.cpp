#include "tls_socket.hpp"

#include <cerrno>
#include <memory>
#include <sys/socket.h>

namespace larder::net {
namespace {

bool is_passing(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

int socket_of(BIO* bio) {
  return *static_cast<int*>(::BIO_get_data(bio));
}

int send_some(BIO* bio, const char* bytes, std::size_t size, std::size_t* sent) {
  BIO_clear_retry_flags(bio);
  const ssize_t count = ::send(socket_of(bio), bytes, size, MSG_NOSIGNAL);
  if (count < 0) {
    if (is_passing(errno)) BIO_set_retry_write(bio);
    return 0;
  }
  *sent = static_cast<std::size_t>(count);
  return 1;
}

int receive_some(BIO* bio, char* buffer, std::size_t size, std::size_t* received) {
  BIO_clear_retry_flags(bio);
  const ssize_t count = ::recv(socket_of(bio), buffer, size, 0);
  if (count < 0 && is_passing(errno)) BIO_set_retry_read(bio);
  if (count <= 0) return 0;
  *received = static_cast<std::size_t>(count);
  return 1;
}

/// Nothing is kept here that a flush could send.
long control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

struct FreeMethod {
  void operator()(BIO_METHOD* method) const { ::BIO_meth_free(method); }
};
using Method = std::unique_ptr<BIO_METHOD, FreeMethod>;

Method make_method() {
  Method method(::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "larder socket"));
  if (method == nullptr) return method;
  ::BIO_meth_set_write_ex(method.get(), send_some);
  ::BIO_meth_set_read_ex(method.get(), receive_some);
  ::BIO_meth_set_ctrl(method.get(), control);
  return method;
}

}  // namespace

BIO* new_socket_bio(int* socket) {
  static const Method method = make_method();
  if (method == nullptr) return nullptr;
  BIO* const bio = ::BIO_new(method.get());
  if (bio == nullptr) return nullptr;
  ::BIO_set_data(bio, socket);
  ::BIO_set_init(bio, 1);
  return bio;
}

}  // namespace larder::net
