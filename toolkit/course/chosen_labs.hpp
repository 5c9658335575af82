#pragma once

#include <string>
#include <vector>

#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

/// The labs that are named, each once and in the course's order; all of them when none is named.
std::vector<Lab> chosen_labs(const Tree& tree, const std::vector<std::string>& words);

}  // namespace toolkit::course
