#pragma once

#include <string>
#include <vector>

namespace toolkit {

/// What stands behind the program's name on its command line.
using Arguments = std::vector<std::string>;

/// The whole of a lab program's main: body gets the arguments, and what it returns is the exit
/// status. An exception is told in one line, "uts: sethostname 'lab': Operation not permitted", and
/// ends the program with 125: it failed before its command ran.
int run_program(const char* name, int argc, char** argv, int (*body)(const Arguments& arguments));

}  // namespace toolkit
