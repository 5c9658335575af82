#include <nlohmann/json.hpp>

#include "bench/report.hpp"

namespace toolkit::bench {
namespace {

using nlohmann::ordered_json;

ordered_json number_or_null(const std::optional<double>& number) {
  return number ? ordered_json(*number) : ordered_json(nullptr);
}

ordered_json machine_facts(const Machine& machine) {
  return {{"kernel", machine.kernel},         {"cpus", machine.cpus},
          {"processor", machine.processor},   {"filesystem", machine.filesystem},
          {"cgroups", machine.cgroups},       {"load_before", machine.load_before},
          {"load_after", machine.load_after}, {"busy", is_busy(machine)}};
}

ordered_json series_facts(const Family& family, const Series& series) {
  ordered_json facts = {{"name", series.name}};
  const std::optional<Summary> summary = summarize(family, series);
  if (!summary) {
    facts["absent"] = series.absent;
    return facts;
  }
  facts["median_us"] = summary->median;
  facts["p10_us"] = summary->p10;
  facts["cpu_us"] = summary->cpu;
  facts["ratio_to_bare"] = number_or_null(summary->to_baseline);
  facts["ratio_to_bwrap"] = number_or_null(summary->to_peer);
  facts["cpu_ratio_to_bwrap"] = number_or_null(summary->cpu_to_peer);
  facts["system_calls"] =
      series.system_calls ? ordered_json(*series.system_calls) : ordered_json(nullptr);
  facts["samples_us"] = {{"wall", walls(series.samples)}, {"cpu", cpus(series.samples)}};
  return facts;
}

}  // namespace

std::string to_json(const Machine& machine, const std::vector<Family>& families) {
  ordered_json report = {{"machine", machine_facts(machine)},
                         {"versions", machine.versions},
                         {"families", ordered_json::array()}};
  for (const Family& family : families) {
    ordered_json facts = {{"title", family.title},
                          {"paired", family.pairing == Pairing::rounds},
                          {"series", ordered_json::array()}};
    for (const Series& series : family.series) {
      facts["series"].push_back(series_facts(family, series));
    }
    report["families"].push_back(std::move(facts));
  }
  return report.dump(1) + "\n";
}

}  // namespace toolkit::bench
