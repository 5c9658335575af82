// What a start of `true` costs, from posix_spawn(3) until the started program has ended.
#include <benchmark/benchmark.h>

#include <thread>

#include "bench/measure.hpp"
#include "bench/reporter.hpp"
#include "bench/rounds.hpp"

namespace toolkit::bench {
namespace {

/// One candidate's turn; its samples stay one a round, or go when it fails.
double take_turn(const Candidate& candidate, Series& series, Temper temper, FdRef errors) {
  if (!series.absent.empty()) return 0;
  if (temper == Temper::rested) std::this_thread::sleep_for(std::chrono::milliseconds(150));
  const Started started = start(candidate.command, errors);
  series.samples.push_back(started.sample);
  if (started.status != 0) {
    series.absent = "it ended with status " + std::to_string(started.status) + " in round " +
                    std::to_string(series.samples.size());
    series.samples.clear();
  }
  return started.sample.wall;
}

void measure(benchmark::State& state, const std::vector<Candidate>& candidates, Temper temper,
             Family& family) {
  const Fd errors = open_file("/dev/null", O_WRONLY);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    static_cast<void>(take_turn(candidates[i], family.series[i], Temper::hot, errors));
    family.series[i].samples.clear();
  }
  std::size_t round = 0;
  for (auto _ : state) {
    double wall = 0;
    for (const std::size_t i : turns(candidates.size(), round)) {
      wall += take_turn(candidates[i], family.series[i], temper, errors);
    }
    constexpr double kMega = 1e6;
    state.SetIterationTime(wall / kMega);
    ++round;
  }
}

int rounds_of(Temper temper, Effort effort) {
  if (temper == Temper::hot) return effort == Effort::quick ? 12 : 100;
  return effort == Effort::quick ? 4 : 40;
}

}  // namespace

Family measure_starts(const std::vector<Candidate>& candidates, Temper temper, Effort effort) {
  Family family{.title = temper == Temper::hot ? "starting a container, hot"
                                               : "starting a container, after 150 ms"};
  for (const Candidate& candidate : candidates) {
    family.series.push_back({.name = candidate.name, .absent = candidate.absent});
  }
  benchmark::RegisterBenchmark(
      temper == Temper::hot ? "starts/hot" : "starts/rested",
      [&](benchmark::State& state) { measure(state, candidates, temper, family); })
      ->Iterations(rounds_of(temper, effort))
      ->UseManualTime();
  run_registered();
  return family;
}

}  // namespace toolkit::bench
