#include <larder/net/stream.hpp>

namespace larder::net {

Task<Result<>> Stream::receive(Receiver& receiver) {
  while (true) {
    const Result<std::size_t> count = co_await read_some(receiver.room());
    if (!count) co_return count.error();
    if (!receiver.received(*count)) co_return Result<>();
  }
}

}  // namespace larder::net
