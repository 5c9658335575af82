#include "bench/lab_cost.hpp"

#include <algorithm>
#include <cmath>

namespace toolkit::bench {
namespace {

Spread spread_of(const std::vector<Sample>& samples) {
  constexpr double kTenth = 0.1;
  return {.median = median(walls(samples)),
          .p10 = quantile(walls(samples), kTenth),
          .cpu = median(cpus(samples))};
}

/// Half the width of the notch in a box plot: medians whose notches do not meet differ.
double notch(const std::vector<double>& values) {
  constexpr double kNotch = 1.57;
  constexpr double kQuarter = 0.25;
  const double middle_half = quantile(values, 1 - kQuarter) - quantile(values, kQuarter);
  return kNotch * middle_half / std::sqrt(static_cast<double>(values.size()));
}

}  // namespace

std::optional<Cost> cost_of(const Pair& pair) {
  if (!pair.absent.empty() || pair.bare.empty() || pair.with.empty()) return {};
  const std::vector<double> bare = walls(pair.bare);
  const std::vector<double> with = walls(pair.with);
  const double ratio = paired_ratio(with, bare);  // which refuses turns without a partner
  std::vector<double> differences(bare.size());
  std::transform(with.begin(), with.end(), bare.begin(), differences.begin(), std::minus<>());
  return Cost{.bare = spread_of(pair.bare),
              .with = spread_of(pair.with),
              .added = median(differences),
              .noise = notch(differences),
              .ratio = ratio};
}

}  // namespace toolkit::bench
