#include <nlohmann/json.hpp>

#include "bench/lab_report.hpp"

namespace toolkit::bench {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const Spread& spread) {
  return {{"median_us", spread.median}, {"p10_us", spread.p10}, {"cpu_us", spread.cpu}};
}

ordered_json to_json(const Pair& pair) {
  const std::optional<Cost> cost = cost_of(pair);
  if (!cost) {
    return pair.absent.empty() ? ordered_json(nullptr) : ordered_json({{"absent", pair.absent}});
  }
  return {{"bare", to_json(cost->bare)},
          {"with", to_json(cost->with)},
          {"added_us", cost->added},
          {"noise_us", cost->noise},
          {"ratio_to_bare", cost->ratio},
          {"samples_us",
           {{"bare", {{"wall", walls(pair.bare)}, {"cpu", cpus(pair.bare)}}},
            {"with", {{"wall", walls(pair.with)}, {"cpu", cpus(pair.with)}}}}}};
}

ordered_json to_json(const LabCost& lab) {
  return {
      {"lab", lab.number + "-" + lab.name},
      {"what", lab.what},
      {"start", to_json(lab.start)},
      {"operation", lab.operation.empty() ? ordered_json(nullptr) : ordered_json(lab.operation)},
      {"running", to_json(lab.running)}};
}

ordered_json number_or_null(const std::optional<double>& number) {
  return number ? ordered_json(*number) : ordered_json(nullptr);
}

ordered_json facts(const Machine& machine, Standing standing) {
  const char* bare =
      standing == Standing::root_of_user_namespace ? "a process in a user namespace" : "a process";
  return {{"kernel", machine.kernel},           {"cpus", machine.cpus},
          {"processor", machine.processor},     {"load_before", machine.load_before},
          {"load_after", machine.load_after},   {"busy", is_busy(machine)},
          {"root", standing == Standing::root}, {"bare", bare}};
}

}  // namespace

std::string to_json(const Machine& machine, Standing standing, const std::vector<LabCost>& labs) {
  ordered_json report = {{"machine", facts(machine, standing)}, {"labs", ordered_json::array()}};
  for (const LabCost& lab : labs) report["labs"].push_back(to_json(lab));
  return report.dump(1) + "\n";
}

std::string to_json(const Machine& machine, Standing standing, const LabCost& lab,
                    const Prediction& prediction) {
  ordered_json report = to_json(lab);
  report["prediction"] = {{"added_us", number_or_null(prediction.added)},
                          {"factor", number_or_null(prediction.factor)}};
  report["machine"] = facts(machine, standing);
  return report.dump(1) + "\n";
}

}  // namespace toolkit::bench
