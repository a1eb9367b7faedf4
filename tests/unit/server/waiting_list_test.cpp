#include "server/waiting_list.hpp"

#include <doctest/doctest.h>

#include <array>
#include <memory>

using namespace larder;
using server::Waiting;
using server::WaitingList;

namespace {

SteadyTime at(int milliseconds) {
  return SteadyTime{Seconds{100}} + Milliseconds{milliseconds};
}

}  // namespace

TEST_CASE(
    "first to go is a connection that owes a head for a second, then the one kept longest, then others that "
    "owe one") {
  std::array<Waiting, 4> all;
  WaitingList list;
  CHECK(list.longest(at(0)) == nullptr);
  list.keep(all[0], at(0));
  list.keep(all[1], at(1));
  list.owe(all[2], at(2));
  CHECK(list.longest(at(500)) == &all[0]);
  list.keep(all[0], at(501));
  CHECK(list.longest(at(502)) == &all[1]);
  CHECK(list.longest(at(1'002)) == &all[2]);
  all[2].leave();
  CHECK(list.longest(at(1'002)) == &all[1]);
  all[1].leave();
  all[0].leave();
  CHECK(list.longest(at(1'002)) == nullptr);
  list.owe(all[3], at(2'000));
  CHECK(list.longest(at(2'000)) == nullptr);
  CHECK(list.longest(at(2'020)) == &all[3]);
}

TEST_CASE(
    "if more owe a head than are kept, the kept ones are spared, though the new one waits for a moment") {
  std::array<Waiting, 3> all;
  WaitingList list;
  list.keep(all[0], at(0));
  list.owe(all[1], at(990));
  list.owe(all[2], at(991));
  CHECK(list.longest(at(1'000)) == nullptr);
  CHECK(list.longest(at(1'010)) == &all[1]);
  all[1].leave();
  CHECK(list.longest(at(1'010)) == &all[0]);
}

TEST_CASE("a new connection that is answered within one tick of the clock is kept, and owes nothing") {
  std::array<Waiting, 2> all;
  WaitingList list;
  list.owe(all[0], at(0));
  list.keep(all[0], at(0));
  list.keep(all[0], at(0));
  list.owe(all[1], at(0));
  CHECK(list.longest(at(10)) == &all[0]);
}

TEST_CASE("a list and its members may be destroyed in any order") {
  auto list = std::make_unique<WaitingList>();
  Waiting longer;
  {
    Waiting shorter;
    list->owe(shorter, at(0));
    list->keep(longer, at(0));
  }
  CHECK(list->longest(at(5'000)) == &longer);
  list.reset();
  longer.leave();
}
