#pragma once

#include <string>

#include "toolkit/course/checker.hpp"
#include "toolkit/course/form.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

struct CheckVerbOptions {
  std::string lab = {};  ///< empty: the one we are in
  Explain explain = Explain::no;
  Form form = Form::text;
};

/// `lab check`: compiles and checks the learner's program and shows what it came to; as data it is a
/// line of JSON for each check. The result is 0 only when all that could be judged here passed.
int check_lab(const Tree& tree, const CheckVerbOptions& options);

}  // namespace toolkit::course
