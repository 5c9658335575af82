#include <fmt/format.h>

#include "bench/report.hpp"

namespace toolkit::bench {
namespace {

constexpr double kMilli = 1000;

std::string factor(const std::optional<double>& ratio) {
  return ratio ? fmt::format("{:.2f}", *ratio) : "-";
}

bool has_peer(const Family& family) {
  for (const Series& series : family.series) {
    if (series.name == kPeer) return true;
  }
  return false;
}

std::string heading(const Family& family) {
  std::string line =
      fmt::format("{:<36}{:>9}{:>9}{:>9}{:>8}", family.title, "median", "p10", "CPU", "x bare");
  if (has_peer(family)) {
    line += fmt::format("{:>9}{:>9}{:>7}", "x bwrap", "its CPU", "calls");
  }
  return line + "\n";
}

std::string row(const Family& family, const Series& series) {
  const std::string name = fmt::format("  {:<34}", series.name);
  const std::optional<Summary> summary = summarize(family, series);
  if (!summary) {
    return fmt::format("{}  absent: {}\n", name,
                       series.absent.empty() ? "not measured" : series.absent);
  }
  std::string line =
      fmt::format("{}{:>9.3f}{:>9.3f}{:>9.3f}{:>8}", name, summary->median / kMilli,
                  summary->p10 / kMilli, summary->cpu / kMilli, factor(summary->to_baseline));
  if (has_peer(family)) {
    line += fmt::format("{:>9}{:>9}{:>7}", factor(summary->to_peer), factor(summary->cpu_to_peer),
                        series.system_calls ? std::to_string(*series.system_calls) : "-");
  }
  return line + "\n";
}

}  // namespace

std::string to_table(const Machine& machine, const std::vector<Family>& families) {
  std::string text =
      fmt::format("{}, {} CPUs ({}), {}, cgroups {}, load {:.2f} before and {:.2f} after\n",
                  machine.kernel, machine.cpus, machine.processor, machine.filesystem,
                  machine.cgroups, machine.load_before, machine.load_after);
  if (is_busy(machine)) {
    text +=
        "warning: the machine is busy with other things; trust CPU times and ratios, and p10 "
        "rather than medians\n";
  }
  for (const Family& family : families) {
    text += "\n" + heading(family);
    for (const Series& series : family.series) text += row(family, series);
  }
  return text +
         "\nTimes in milliseconds; CPU over the whole process tree. bench/README.md tells "
         "how to read this.\n";
}

}  // namespace toolkit::bench
