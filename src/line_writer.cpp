#include "line_writer.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <mutex>
#include <poll.h>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>

namespace larder {
namespace {

constexpr std::size_t most_lines = 8192;
constexpr std::size_t most_bytes = 8u << 20;
constexpr std::size_t written_at_once = 64 * 1024;
constexpr Milliseconds look_again{100};
constexpr Seconds quiet{1};  // without a loss: lines flow again
constexpr Milliseconds nudge_step{2};
constexpr int most_nudges = 250;

/// Interrupts a write that waits; a thread that gets it otherwise notices nothing.
int nudge_signal() {
  return SIGRTMIN;
}

void take_nudges() {
  struct sigaction action {};
  action.sa_handler = [](int) {};  // without SA_RESTART: the write ends with EINTR
  ::sigaction(nudge_signal(), &action, nullptr);
}

}  // namespace

struct LineWriter::State {
  State(std::string called, int first, bool is_owned, Say listener)
      : name(std::move(called)), descriptor(first), owns(is_owned), say(std::move(listener)) {}
  ~State() {
    if (owns) ::close(descriptor);
    if (next != -1) ::close(next);
  }

  void run();
  bool take(std::deque<std::string>& batch);
  void write_batch(std::deque<std::string>& batch);
  bool write_all(std::string_view bytes, std::size_t& written);
  void note_failure(int error);
  void note_lost(std::uint64_t count);
  void tell_lost();

  const std::string name;
  std::atomic<bool> given_up{false};
  std::atomic<std::uint64_t> lost{0};

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> lines;
  std::size_t bytes = 0;
  int next = -1;  // a descriptor to go on with
  bool finishing = false;
  bool ended = false;
  std::uint64_t untold = 0;
  SteadyTime last_loss{};

  // The writer's thread alone.
  int descriptor;
  bool owns;
  Say say;
  bool is_failing = false;
  bool is_torn = false;  // what was written last ends amid a line

  std::thread thread;
};

LineWriter::LineWriter(std::string name, int descriptor, bool owns, Say say)
    : state_(std::make_shared<State>(std::move(name), descriptor, owns, std::move(say))) {
  take_nudges();
  // The state outlives the thread, even if that has to be left to itself.
  state_->thread = std::thread([state = state_] { state->run(); });
}

LineWriter::~LineWriter() {
  finish(SteadyTime{});
}

void LineWriter::write(std::string line) {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  if (state.finishing) return state.note_lost(1);
  state.bytes += line.size();
  state.lines.push_back(std::move(line));
  std::uint64_t dropped = 0;
  while (state.lines.size() > most_lines || state.bytes > most_bytes) {
    state.bytes -= state.lines.front().size();
    state.lines.pop_front();
    ++dropped;
  }
  if (dropped != 0) state.note_lost(dropped);
  const bool was_empty = state.lines.size() == 1;
  lock.unlock();
  if (was_empty) state.changed.notify_all();
}

void LineWriter::replace(int descriptor) {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  if (state.next != -1) ::close(state.next);
  state.next = descriptor;
  state.changed.notify_all();
}

void LineWriter::finish(SteadyTime deadline) {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  if (!state.thread.joinable()) return;
  state.finishing = true;
  state.changed.notify_all();
  state.changed.wait_until(lock, deadline, [&] { return state.ended; });
  state.given_up = true;
  for (int i = 0; i < most_nudges && !state.ended; ++i) {
    // Repeatedly: one may come just before the write begins.
    ::pthread_kill(state.thread.native_handle(), nudge_signal());
    state.changed.wait_for(lock, nudge_step);
  }
  const bool has_ended = state.ended;
  std::thread thread = std::move(state.thread);
  lock.unlock();
  has_ended ? thread.join() : thread.detach();  // it sits in the kernel: the end of the process ends it
}

std::uint64_t LineWriter::lost() const {
  return state_->lost;
}

void LineWriter::State::run() {
  std::deque<std::string> batch;
  while (take(batch)) write_batch(batch);
  const std::lock_guard lock(mutex);
  ended = true;
  changed.notify_all();
}

/// Waits for lines; false once there is nothing more to do.
bool LineWriter::State::take(std::deque<std::string>& batch) {
  while (true) {
    std::unique_lock lock(mutex);
    const auto is_due = [this] { return !lines.empty() || finishing || next != -1; };
    if (untold == 0) {
      changed.wait(lock, is_due);
    } else {
      changed.wait_for(lock, quiet, is_due);
    }
    if (given_up) note_lost(lines.size());
    if (given_up || (finishing && lines.empty())) return false;
    if (next != -1) {
      if (owns) ::close(descriptor);
      descriptor = std::exchange(next, -1);
      owns = true;
    }
    if (!lines.empty()) {
      batch.swap(lines);
      bytes = 0;
      return true;
    }
    lock.unlock();
    tell_lost();
  }
}

void LineWriter::State::write_batch(std::deque<std::string>& batch) {
  std::string out;
  while (!batch.empty()) {
    out.assign(is_torn ? "\n" : "");
    while (!batch.empty() && out.size() < written_at_once) {
      out.append(batch.front());
      batch.pop_front();
    }
    std::size_t written = 0;
    if (write_all(out, written)) {
      is_failing = is_torn = false;
      continue;
    }
    is_torn = written == 0 ? is_torn : out[written - 1] != '\n';
    const auto left = std::string_view(out).substr(written);
    const std::lock_guard lock(mutex);
    note_lost(static_cast<std::uint64_t>(std::ranges::count(left, '\n')));
    if (given_up) {
      note_lost(batch.size());
      batch.clear();
    }
  }
  tell_lost();
}

bool LineWriter::State::write_all(std::string_view out, std::size_t& written) {
  while (written < out.size()) {
    if (given_up) return false;
    const ssize_t count = ::write(descriptor, out.data() + written, out.size() - written);
    if (count >= 0) {
      written += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      // Another process made the description that we share with it non-blocking.
      pollfd ready{descriptor, POLLOUT, 0};
      ::poll(&ready, 1, static_cast<int>(look_again.count()));
    } else if (errno != EINTR) {
      note_failure(errno);
      return false;
    }
  }
  return true;
}

void LineWriter::State::note_failure(int error) {
  if (std::exchange(is_failing, true) || given_up) return;
  say(name + " cannot be written: " + std::strerror(error));
}

/// With the mutex.
void LineWriter::State::note_lost(std::uint64_t count) {
  if (count == 0) return;
  lost += count;
  untold += count;
  last_loss = std::chrono::steady_clock::now();
}

void LineWriter::State::tell_lost() {
  std::uint64_t count = 0;
  {
    const std::lock_guard lock(mutex);
    const bool flows = !is_failing && std::chrono::steady_clock::now() - last_loss >= quiet;
    if (flows && !finishing) count = std::exchange(untold, 0);
  }
  if (count != 0)
    say(std::to_string(count) + " lines of " + name + " were lost: it was not read, or could not be written");
}

}  // namespace larder
