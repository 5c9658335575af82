#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

/// Are the sources of a lab's solution there? A learner's copy may lack them.
bool has_solution(const Tree& tree, const Lab& lab);

/// The starters of a lab's files, derived from its solution, as they are when these steps are
/// written. Throws std::runtime_error.
std::map<std::string, std::string> derive_starters(const Tree& tree, const Lab& lab,
                                                   const std::vector<std::string>& written = {});
/// The ids of a lab's steps, in the order in which they are numbered.
std::vector<std::string> steps_of(const Tree& tree, const Lab& lab);

/// Where the build tree has the starters of a lab: build/starters/04-uts.
std::filesystem::path starters_of(const Tree& tree, const Lab& lab);
/// Derives them into the build tree.
void write_starters(const Tree& tree, const Lab& lab);

/// How the file that a learner edits stands to the starter.
enum class Standing {
  derived,    ///< it is the starter
  committed,  ///< it was edited, and the committed one is the starter
  differs,    ///< neither is
};
/// Compares one file with its starter; without git, or outside of a repository, only as it lies.
Standing standing_of(const Tree& tree, const std::filesystem::path& file,
                     const std::string& starter);

}  // namespace toolkit::course
