#include "bench/reporter.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <string>

namespace toolkit::bench {
namespace {

class Silent : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }  // NOLINT: its naming
  void ReportRuns(const std::vector<Run>& /*runs*/) override {}             // NOLINT: its naming
};

}  // namespace

void set_up_library() {
  std::string name = "cooper-bench";
  std::string option = "--benchmark_enable_random_interleaving=true";
  std::array<char*, 3> argv = {name.data(), option.data(), nullptr};
  int argc = 2;
  benchmark::Initialize(&argc, argv.data());
}

void run_registered() {
  Silent silent;
  benchmark::RunSpecifiedBenchmarks(&silent);
  benchmark::ClearRegisteredBenchmarks();
}

}  // namespace toolkit::bench
