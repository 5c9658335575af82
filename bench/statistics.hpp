#pragma once

#include <vector>

namespace toolkit::bench {

/// What one turn of one candidate cost, in microseconds.
struct Sample {
  double wall = 0;  ///< from before the process is made until it is reaped
  double cpu = 0;   ///< user and system time of every process it left behind
};

/// The value below which a share of the values lies, between neighbours in proportion. `share` is from
/// 0 to 1. Throws std::invalid_argument when there are no values.
double quantile(std::vector<double> values, double share);
inline double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

/// The median of subject[i] / reference[i]: what else the machine did in a round met both, so it falls
/// out, where a ratio of medians would keep it. Throws std::invalid_argument for different lengths.
double paired_ratio(const std::vector<double>& subject, const std::vector<double>& reference);

std::vector<double> walls(const std::vector<Sample>& samples);
std::vector<double> cpus(const std::vector<Sample>& samples);

}  // namespace toolkit::bench
