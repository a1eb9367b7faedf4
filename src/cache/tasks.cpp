#include "tasks.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <vector>

namespace larder::cache {

Tasks::Handle Tasks::start(const boost::asio::any_io_executor& executor, Task<> task,
                           std::function<void()> ended) {
  const auto signal = std::make_shared<boost::asio::cancellation_signal>();
  const auto place = running_->insert(running_->end(), signal);
  // The signal lives until its slot is no longer listened to. Being ended comes as an exception.
  const auto forget = [running = running_, place, signal,
                       ended = std::move(ended)](const std::exception_ptr&) {
    running->erase(place);
    if (ended) ended();
  };
  boost::asio::co_spawn(executor, std::move(task),
                        boost::asio::bind_cancellation_slot(signal->slot(), forget));
  return signal;
}

void Tasks::end(const Handle& task) {
  if (const Signal signal = task.lock()) signal->emit(boost::asio::cancellation_type::terminal);
}

void Tasks::stop() {
  const std::vector<Signal> signals(running_->begin(), running_->end());
  for (const Signal& signal : signals) signal->emit(boost::asio::cancellation_type::terminal);
}

}  // namespace larder::cache
