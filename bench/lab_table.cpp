#include <fmt/format.h>

#include "bench/lab_cost.hpp"

namespace toolkit::bench {
namespace {

constexpr double kKilo = 1000;

std::string lab_of(const LabCost& lab) {
  return fmt::format("  {:<14} {:<38}", lab.number + "-" + lab.name, lab.what);
}

std::string start_row(const LabCost& lab) {
  const std::optional<Cost> cost = cost_of(lab.start);
  if (cost) {
    return fmt::format("{}{:>9.0f}{:>7.0f}{:>9.0f}{:>9.0f}{:>9.0f}{:>8.2f}\n", lab_of(lab),
                       cost->added, cost->noise, cost->with.median, cost->with.p10, cost->with.cpu,
                       cost->ratio);
  }
  if (lab.start.absent.empty()) return fmt::format("{}{:>9}\n", lab_of(lab), "-");
  return fmt::format("{}  absent: {}\n", lab_of(lab), lab.start.absent);
}

std::string running_row(const LabCost& lab) {
  const std::string name =
      fmt::format("  {:<14} {:<38}", lab.number + "-" + lab.name,
                  lab.operation.empty() ? "nothing to measure" : lab.operation);
  const std::optional<Cost> cost = cost_of(lab.running);
  if (cost) {
    return fmt::format("{}{:>9.0f}{:>9.0f}{:>9.0f}{:>9.0f}{:>8.2f}\n", name,
                       cost->bare.median * kKilo, cost->with.median * kKilo, cost->with.p10 * kKilo,
                       cost->with.cpu * kKilo, cost->ratio);
  }
  if (lab.running.absent.empty()) return fmt::format("{}{:>9}\n", name, "-");
  return fmt::format("{}  absent: {}\n", name, lab.running.absent);
}

/// The bare start, from a lab that has one beside it.
std::string bare_row(const std::vector<LabCost>& labs) {
  for (const LabCost& lab : labs) {
    const std::optional<Cost> cost = cost_of(lab.start);
    if (!cost) continue;
    return fmt::format("  {:<53}{:>9}{:>7}{:>9.0f}{:>9.0f}{:>9.0f}{:>8.2f}\n", "bare process", "",
                       "", cost->bare.median, cost->bare.p10, cost->bare.cpu, 1.0);
  }
  return {};
}

}  // namespace

std::string to_table(const std::vector<LabCost>& labs, const std::string& beside) {
  std::string text =
      fmt::format("{:<55}{:>9}{:>7}{:>9}{:>9}{:>9}{:>8}\n", "a start, in microseconds", "added",
                  "±", "median", "p10", "CPU", "x bare");
  text += bare_row(labs);
  for (const LabCost& lab : labs) text += start_row(lab);
  text += fmt::format("\n{:<55}{:>9}{:>9}{:>9}{:>9}{:>8}\n", "running, in nanoseconds", "bare",
                      "median", "p10", "CPU", "x bare");
  for (const LabCost& lab : labs) text += running_row(lab);
  return text + "\n" + beside +
         " \"added\" and \"x bare\" are medians over turns of both. bench/README.md tells how to "
         "read "
         "this.\n";
}

}  // namespace toolkit::bench
