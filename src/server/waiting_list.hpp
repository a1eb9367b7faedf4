#pragma once

#include <larder/base/clock.hpp>

#include <boost/intrusive/list.hpp>

namespace larder::server {

/// A place in a WaitingList. It leaves the list with its owner.
class Waiting
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  SteadyTime since{};
};

/// The connections of one loop that wait for their client, by how long they have done so; those that answer
/// or are answered are in no list. Which of them has to go where there is no room for a newcomer:
///
///   1. owes  | no whole head for a second: not a byte, or slowly; it has cost its client nothing so far
///   2. kept  | between two requests: its client may open another one
///   3. owes  | not for as long as that: nothing else is left
///
/// Within each the one that has waited longest. One that has come just now is let be for a moment: its
/// request may be on the way.
class WaitingList {
 public:
  /// A new connection, one amid its TLS handshake, or one with a part of a head.
  void owe(Waiting& one, SteadyTime now) { add(owing_, one, now); }

  /// One that had its request answered.
  void keep(Waiting& one, SteadyTime now) { add(kept_, one, now); }

  /// The one to go; nullptr where none may.
  Waiting* longest(SteadyTime now) {
    if (has_waited(owing_, now, slow)) return &owing_.front();
    if (!kept_.empty()) return &kept_.front();
    return has_waited(owing_, now, just_come) ? &owing_.front() : nullptr;
  }

 private:
  using List = boost::intrusive::list<Waiting, boost::intrusive::constant_time_size<false>>;

  static constexpr Milliseconds slow{1'000};
  static constexpr Milliseconds just_come{100};

  static void add(List& list, Waiting& one, SteadyTime now) {
    one.since = now;
    if (one.is_linked()) one.unlink();
    list.push_back(one);
  }

  static bool has_waited(List& list, SteadyTime now, Milliseconds time) {
    return !list.empty() && now - list.front().since >= time;
  }

  List owing_;
  List kept_;
};

}  // namespace larder::server
