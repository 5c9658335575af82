#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

/// How the programs of a lab are compiled, as CMake wrote it down in build/labs/flags/NAME.json.
struct LabFlags {
  std::vector<std::string> launcher;  ///< what stands before the compiler, as a cache; may be empty
  std::string compiler;
  std::vector<std::string> compile;
  std::vector<std::string> learner;  ///< in addition, where the file is a learner's
  std::vector<std::string> link;
};

/// Reads such a file. A clone or a build tree that was moved since is named as it lies now.
LabFlags parse_lab_flags(std::string_view json, const Tree& tree);
/// Throws std::runtime_error when CMake wrote none for this lab.
LabFlags read_lab_flags(const Tree& tree, const Lab& lab);

}  // namespace toolkit::course
