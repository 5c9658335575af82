// The command line of the verbs of those who keep the course. What a verb does is in the file of its name.
#include <CLI/CLI.hpp>

#include "toolkit/course/verbs.hpp"

namespace toolkit::course {

void add_course_verbs(CLI::App& /*app*/, Action& /*chosen*/) {}

}  // namespace toolkit::course
