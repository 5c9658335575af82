#pragma once

#include <string>

#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

/// Is the section shown that quotes the solution?
enum class Promoted { once_passed, shown };

struct ReadOptions {
  std::string lab = {};  ///< empty: the one we are in
  Promoted promoted = Promoted::once_passed;
};

/// `lab read`: shows a lab's guide. Throws std::runtime_error when there is none.
int read(const Tree& tree, const ReadOptions& options);

/// A guide with one line in the place of its section "Promoted to the toolkit". Pure.
std::string without_solution(const std::string& guide, const Lab& lab);

}  // namespace toolkit::course
