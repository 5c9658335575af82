#include "toolkit/check/random.hpp"

#include <random>
#include <string_view>

namespace toolkit::checks {

int random_number(int low, int high) {
  std::random_device kernel;
  return std::uniform_int_distribution<int>(low, high)(kernel);
}

std::string random_name(std::size_t length) {
  constexpr std::string_view kAlphabet =
      "abcdefghjkmnpqrstuvwxyz23456789";  // none looks like another
  constexpr int kLetters = 23;
  std::string name;
  while (name.size() < length) {
    const int most = name.empty() ? kLetters : static_cast<int>(kAlphabet.size());
    name += kAlphabet[static_cast<std::size_t>(random_number(0, most - 1))];
  }
  return name;
}

}  // namespace toolkit::checks
