#pragma once

#include <string>

#include "toolkit/course/tree.hpp"

namespace toolkit::course {

struct MapOptions {
  std::string track = {};  ///< only its labs; empty: all
};

/// `lab` alone: the course, what is done, where one is, the next command. Throws UsageError for a track
/// that is not there.
int map(const Tree& tree, const MapOptions& options);

/// `lab next`: the lab to go to, and the command to type.
int next_lab(const Tree& tree);

}  // namespace toolkit::course
