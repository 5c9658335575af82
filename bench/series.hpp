#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/statistics.hpp"

namespace toolkit::bench {

/// All that was seen of one candidate.
struct Series {
  std::string name;
  std::string absent = {};  ///< why it was not measured; empty when it was
  std::vector<Sample> samples = {};
  std::optional<int> system_calls = {};  ///< of one turn, over all its processes
};

/// Which partner a ratio is taken to.
enum class Pairing {
  rounds,   ///< candidates took turns: sample i of one belongs to sample i of the other
  medians,  ///< they did not: the ratio of the medians
};

/// Candidates that were measured together, in one run.
struct Family {
  std::string title;
  Pairing pairing = Pairing::rounds;
  std::vector<Series> series = {};
};

/// The first, to which every ratio is taken.
inline constexpr std::size_t kBaseline = 0;
/// The runner that every start is compared with, where it is installed.
inline constexpr std::string_view kPeer = "bwrap";

/// What a table and a file say of one series. Times are in microseconds.
struct Summary {
  double median = 0;
  double p10 = 0;
  double cpu = 0;  ///< median
  std::optional<double> to_baseline = {};
  std::optional<double> to_peer = {};
  std::optional<double> cpu_to_peer = {};
};

/// Nothing for a series without samples.
std::optional<Summary> summarize(const Family& family, const Series& series);

}  // namespace toolkit::bench
