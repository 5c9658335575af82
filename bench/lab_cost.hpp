#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/statistics.hpp"

namespace toolkit::bench {

/// The same measured without something and with it, turn by turn: sample i of one belongs to sample i of the other.
struct Pair {
  std::vector<Sample> bare = {};
  std::vector<Sample> with = {};
  std::string absent = {};  ///< why it was not measured; empty when it was
};

struct Spread {
  double median = 0;
  double p10 = 0;
  double cpu = 0;  ///< median
};

/// What a pair comes to, in microseconds.
struct Cost {
  Spread bare = {};
  Spread with = {};
  double added = 0;  ///< the median of the turns' differences
  double noise = 0;  ///< how far that median may be from what many more turns would give
  double ratio = 1;  ///< the median of the turns' ratios

  /// Can what was added be told from nothing?
  [[nodiscard]] bool is_clear() const { return added > noise || added < -noise; }
};

/// Nothing for a pair without samples.
std::optional<Cost> cost_of(const Pair& pair);

/// What the mechanism of one lab costs.
struct LabCost {
  std::string number;          ///< "04"
  std::string name;            ///< "uts"
  std::string what;            ///< what is done at the start
  std::string start_why = {};  ///< what the kernel does for it, a sentence or two
  std::string operation = {};  ///< of a running process; empty where there is none to measure
  std::string running_why =
      {};  ///< what the kernel does for that, or why there is nothing to measure
  Pair start = {};
  Pair running = {};
};

/// The table of all labs; `beside` says what the bare process is.
std::string to_table(const std::vector<LabCost>& labs, const std::string& beside);

}  // namespace toolkit::bench
