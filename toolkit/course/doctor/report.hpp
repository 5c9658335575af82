#pragma once

#include <string>

#include "toolkit/course/doctor/diagnosis.hpp"
#include "toolkit/course/screen/look.hpp"

namespace toolkit::course {

/// The diagnosis as a table of 80 columns, then each lack with consequence and remedy, then the
/// sentence. A command is never broken over lines: it is there to be copied.
std::string to_table(const Diagnosis& diagnosis, Colour colour);

/// The same data for programs. The keys are stable.
std::string to_json(const Diagnosis& diagnosis);

}  // namespace toolkit::course
