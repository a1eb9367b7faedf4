#include "behind.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <vector>

namespace larder::cache {

bool Behind::has_room(const std::string& key) const {
  return running_->size() < most_at_once && !running_->contains(key);
}

void Behind::start(const boost::asio::any_io_executor& executor, const std::string& key, Task<> fill) {
  const auto signal = std::make_shared<boost::asio::cancellation_signal>();
  if (!running_->emplace(key, signal).second) return;
  // The signal lives until its slot is no more listened to. Being ended comes as an exception.
  const auto ended = [running = running_, key, signal](const std::exception_ptr&) { running->erase(key); };
  boost::asio::co_spawn(executor, std::move(fill),
                        boost::asio::bind_cancellation_slot(signal->slot(), ended));
}

void Behind::stop() {
  std::vector<Signal> signals;
  for (const auto& [key, signal] : *running_) signals.push_back(signal);
  for (const Signal& signal : signals) signal->emit(boost::asio::cancellation_type::terminal);
}

}  // namespace larder::cache
