#pragma once

#include <larder/base/clock.hpp>

#include <boost/intrusive/list.hpp>

namespace larder::server {

/// A place in a WaitingList. It leaves the list with its owner.
class Waiting : public boost::intrusive::list_base_hook<> {
 public:
  Waiting() = default;
  ~Waiting() { leave(); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  /// No longer waits for its client, if it did.
  void leave();

  SteadyTime since{};

 private:
  friend class WaitingList;
  using List = boost::intrusive::list<Waiting>;

  List* list_ = nullptr;
};

inline void Waiting::leave() {
  if (list_ != nullptr) list_->erase(List::s_iterator_to(*this));
  list_ = nullptr;
}

/// The connections of one loop that wait: for their client, by how long they have done so, or to answer it.
/// Which of them has to go if there is no room for a newcomer:
///
///   1. owes | no whole head for a second: not a byte, or slowly; it has cost its client nothing so far
///   2. owes | if more owe a head than are kept: a flood of silent connections ends its own
///   3. kept | between two requests: its client may open another one
///   4. owes | nothing else is left
///
/// Those that are answering stay. Within each the one that has waited longest. One that has come just now is
/// left alone for a moment, since its request may be on the way: then it is the newcomer that waits.
class WaitingList {
 public:
  WaitingList() = default;
  ~WaitingList() { forget(owing_), forget(kept_), forget(answering_); }
  WaitingList(const WaitingList&) = delete;
  WaitingList& operator=(const WaitingList&) = delete;

  /// A new connection, one amid its TLS handshake, or one with a part of a head.
  void owe(Waiting& one, SteadyTime now) { add(owing_, one, now); }

  /// One that had its request answered.
  void keep(Waiting& one, SteadyTime now) {
    // The clock ticks seldom, and a busy client asks often.
    if (one.list_ == &kept_ && one.since == now) return;
    add(kept_, one, now);
  }

  /// One whose request is being answered, which takes waiting.
  void answer(Waiting& one, SteadyTime now) { add(answering_, one, now); }

  /// The one of those that was not looked at for the longest time, at least `period`: it has been looked at
  /// now. nullptr if there is none.
  Waiting* look_at_answering(SteadyTime now, Milliseconds period) {
    if (!has_waited(answering_, now, period)) return nullptr;
    Waiting& longest = answering_.front();
    add(answering_, longest, now);
    return &longest;
  }

  template <class Visitor>
  void each_answering(Visitor visit) {
    for (Waiting& one : answering_) visit(one);
  }

  /// The one to go; nullptr if none may.
  Waiting* longest(SteadyTime now) {
    if (has_waited(owing_, now, slow)) return &owing_.front();
    const bool is_kept_spared = kept_.empty() || owing_.size() > kept_.size();
    if (!is_kept_spared) return &kept_.front();
    return has_waited(owing_, now, just_come) ? &owing_.front() : nullptr;
  }

 private:
  using List = Waiting::List;

  static constexpr Milliseconds slow{1'000};
  static constexpr Milliseconds just_come{20};

  static void add(List& list, Waiting& one, SteadyTime now) {
    one.leave();
    one.since = now;
    one.list_ = &list;
    list.push_back(one);
  }

  /// Their owners may be there for longer.
  static void forget(List& list) {
    list.clear_and_dispose([](Waiting* one) { one->list_ = nullptr; });
  }

  static bool has_waited(List& list, SteadyTime now, Milliseconds time) {
    return !list.empty() && now - list.front().since >= time;
  }

  List owing_;
  List kept_;
  List answering_;
};

}  // namespace larder::server
