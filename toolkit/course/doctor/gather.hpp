#pragma once

#include <string>

#include "toolkit/course/doctor/facts.hpp"

namespace toolkit::course {

/// Reads what files tell of a machine whose root is `root`: no privilege, nothing changed, and a
/// directory of recorded files will do. What is missing there counts as absent, never as an error.
/// `image_directory` is where images lie or would. The trials are not in it.
Facts gather(const std::string& root, const std::string& image_directory);

/// The same for the machine we run on, with the terminal and the trials.
Facts gather_here();

}  // namespace toolkit::course
