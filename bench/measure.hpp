#pragma once

#include <vector>

#include "bench/candidate.hpp"
#include "bench/series.hpp"

namespace toolkit::bench {

enum class Effort { full, quick };
enum class Temper {
  hot,  ///< one start directly after the other
  rested,  ///< 150 ms of rest before each: as a container is started by hand, and as the kernel's grace
           ///< periods make it dearer
};

/// Creates a process in each kind of namespace alone and in more and more of them, and reaps it.
Family measure_creation(Effort effort);

/// Lets the candidates take turns, round after round.
Family measure_starts(const std::vector<Candidate>& candidates, Temper temper, Effort effort);

}  // namespace toolkit::bench
