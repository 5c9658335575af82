#pragma once

#include <cstddef>
#include <string>

namespace toolkit::checks {

/// Letters and digits, the first a letter: a name nobody can have written into a program.
std::string random_name(std::size_t length = 8);
/// From low to high, both included.
int random_number(int low, int high);

}  // namespace toolkit::checks
