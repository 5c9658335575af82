#pragma once

namespace toolkit::bench {

/// Sets up Google Benchmark: repetitions in random order, so that what drifts meets all alike.
/// See --benchmark_enable_random_interleaving in its manual.
void set_up_library();

/// Runs what is registered with Google Benchmark and forgets it. It prints nothing: the benchmarks
/// keep their samples themselves, and the table is ours.
void run_registered();

}  // namespace toolkit::bench
