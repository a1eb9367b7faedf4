#include "support/chaos_relay.hpp"

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

/// A bad network by command: `relay PORT` prints the port that leads to PORT of 127.0.0.1, then obeys
/// commands on its input, a line each, until that ends: `delay MILLISECONDS`, `garble ONE_IN`, `swallow 1|0`,
/// `refuse 1|0`, `cut`.
int main(int count, char** arguments) {
  if (count != 2) return 2;
  larder::test::ChaosRelay relay(static_cast<std::uint16_t>(std::atoi(arguments[1])));
  std::cout << relay.port() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string verb;
    unsigned value = 0;
    words >> verb >> value;
    if (verb == "delay") relay.delay(std::chrono::milliseconds(value));
    if (verb == "garble") relay.garble(value);
    if (verb == "swallow") relay.black_hole(value != 0);
    if (verb == "refuse") relay.refuse(value != 0);
    if (verb == "cut") relay.cut();
  }
  return 0;
}
