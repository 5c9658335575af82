#include "bench/series.hpp"

#include <algorithm>

namespace toolkit::bench {
namespace {

const Series* find(const Family& family, std::string_view name) {
  const auto found = std::find_if(family.series.begin(), family.series.end(),
                                  [&](const Series& series) { return series.name == name; });
  return found == family.series.end() ? nullptr : &*found;
}

using Values = std::vector<double> (*)(const std::vector<Sample>&);

std::optional<double> ratio(Pairing pairing, Values values, const Series& subject,
                            const Series& reference) {
  if (reference.samples.empty()) return {};
  if (pairing == Pairing::medians) {
    return median(values(subject.samples)) / median(values(reference.samples));
  }
  if (subject.samples.size() != reference.samples.size()) return {};
  return paired_ratio(values(subject.samples), values(reference.samples));
}

}  // namespace

std::optional<Summary> summarize(const Family& family, const Series& series) {
  if (series.samples.empty()) return {};
  constexpr double kTenth = 0.1;
  Summary summary{.median = median(walls(series.samples)),
                  .p10 = quantile(walls(series.samples), kTenth),
                  .cpu = median(cpus(series.samples))};
  summary.to_baseline = ratio(family.pairing, walls, series, family.series.at(kBaseline));
  if (const Series* peer = find(family, kPeer)) {
    summary.to_peer = ratio(family.pairing, walls, series, *peer);
    summary.cpu_to_peer = ratio(family.pairing, cpus, series, *peer);
  }
  return summary;
}

}  // namespace toolkit::bench
