#pragma once

#include <string>

#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/form.hpp"
#include "toolkit/course/progress.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

struct ListOptions {
  Form form = Form::text;
};

/// Tells the labs, part by part, and how far the learner is with each.
int list(const Tree& tree, const ListOptions& options);

std::string list_text(const Catalogue& catalogue, const Progress& progress);
/// The catalogue and the progress as one JSON object.
std::string list_json(const Catalogue& catalogue, const Progress& progress);

}  // namespace toolkit::course
