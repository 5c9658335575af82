#pragma once

#include "toolkit/course/form.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

struct ListOptions {
  Form form = Form::text;
};

/// Tells the labs, part by part.
int list(const Tree& tree, const ListOptions& options);

}  // namespace toolkit::course
