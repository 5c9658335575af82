#include "bench/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace toolkit::bench {
namespace {

template <typename Member>
std::vector<double> pick(const std::vector<Sample>& samples, Member member) {
  std::vector<double> values;
  values.reserve(samples.size());
  for (const Sample& sample : samples) values.push_back(sample.*member);
  return values;
}

}  // namespace

double quantile(std::vector<double> values, double share) {
  if (values.empty()) throw std::invalid_argument("no values to take a quantile of");
  std::sort(values.begin(), values.end());
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const std::size_t above = std::min(below + 1, values.size() - 1);
  const double rest = place - static_cast<double>(below);
  return values[below] + rest * (values[above] - values[below]);
}

double paired_ratio(const std::vector<double>& subject, const std::vector<double>& reference) {
  if (subject.size() != reference.size()) {
    throw std::invalid_argument("rounds of different number can't be paired");
  }
  std::vector<double> ratios;
  ratios.reserve(subject.size());
  for (std::size_t i = 0; i < subject.size(); ++i) ratios.push_back(subject[i] / reference[i]);
  return median(std::move(ratios));
}

std::vector<double> walls(const std::vector<Sample>& samples) {
  return pick(samples, &Sample::wall);
}

std::vector<double> cpus(const std::vector<Sample>& samples) { return pick(samples, &Sample::cpu); }

}  // namespace toolkit::bench
