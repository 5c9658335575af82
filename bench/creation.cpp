// What a process costs in namespaces of its own: from clone3(2) until it is reaped.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <chrono>

#include "bench/measure.hpp"
#include "bench/reporter.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct NamedSet {
  std::string name;
  Ns kinds;
};

std::vector<NamedSet> sets() {
  const std::vector<NamedSet> kinds = {
      {"uts", Ns::uts},   {"ipc", Ns::ipc},   {"pid", Ns::pid},     {"cgroup", Ns::cgroup},
      {"time", Ns::time}, {"user", Ns::user}, {"mount", Ns::mount}, {"net", Ns::net}};
  std::vector<NamedSet> all = {{"no namespace", Ns::none}};
  all.insert(all.end(), kinds.begin(), kinds.end());
  NamedSet sum = kinds.front();
  for (std::size_t i = 1; i < kinds.size(); ++i) {
    sum.name = (i == 1 ? sum.name + " + " : "… + ") + kinds[i].name;
    sum.kinds |= kinds[i].kinds;
    all.push_back(sum);
  }
  return all;
}

/// User and system time of this process and of all that it reaped, in microseconds.
double cpu_so_far() {
  double sum = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    check(::getrusage(who, &usage), "getrusage");
    for (const timeval& time : {usage.ru_utime, usage.ru_stime}) {
      constexpr double kMega = 1e6;
      sum += static_cast<double>(time.tv_sec) * kMega + static_cast<double>(time.tv_usec);
    }
  }
  return sum;
}

Sample create_one(Ns kinds) {
  const double cpu_before = cpu_so_far();
  const Clock::time_point begin = Clock::now();
  Process child = Process::spawn({.namespaces = kinds}, [] {});
  child.wait();
  const std::chrono::duration<double, std::micro> wall = Clock::now() - begin;
  return {.wall = wall.count(), .cpu = cpu_so_far() - cpu_before};
}

void measure(benchmark::State& state, Ns kinds, Series& series) {
  for (auto _ : state) {
    try {
      const Sample sample = create_one(kinds);
      constexpr double kMega = 1e6;
      state.SetIterationTime(sample.wall / kMega);
      series.samples.push_back(sample);
    } catch (const SystemError& error) {
      series.absent = error.what();
      state.SkipWithError(error.what());
      return;
    }
  }
}

}  // namespace

Family measure_creation(Effort effort) {
  const int repetitions = effort == Effort::quick ? 20 : 200;
  constexpr std::size_t kWarmUp = 3;
  Family family{.title = "creating a process", .pairing = Pairing::medians};
  const std::vector<NamedSet> all = sets();
  family.series.reserve(all.size());  // the benchmarks below refer to its elements
  for (const NamedSet& set : all) {
    Series& series = family.series.emplace_back(Series{.name = set.name});
    benchmark::RegisterBenchmark(
        ("creation/" + set.name).c_str(),
        [kinds = set.kinds, &series](benchmark::State& state) { measure(state, kinds, series); })
        ->Iterations(1)
        ->Repetitions(repetitions + static_cast<int>(kWarmUp))
        ->UseManualTime();
  }
  run_registered();
  for (Series& series : family.series) {
    if (series.samples.size() > kWarmUp) {
      series.samples.erase(series.samples.begin(), series.samples.begin() + kWarmUp);
    }
  }
  return family;
}

}  // namespace toolkit::bench
