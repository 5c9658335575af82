#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace toolkit::checks {

class Machine;

/// How long the checker waits for a program. Not by the clock alone: on a busy machine a program that
/// can't run is not late. Two seconds asleep in the same calls, or two seconds of processor time, and
/// it is; COOPERAGE_SLOW multiplies both.
class Patience {
 public:
  explicit Patience(const Machine& machine);
  /// Called now and then, and never less often than every tick, with the bytes that came so far: who is
  /// heard is not asleep. Why the patience is over, or nothing; what is said tells the program, by its
  /// number, from others of its name.
  std::string over(std::uint64_t bytes, pid_t program = 0);
  static constexpr std::chrono::milliseconds kTick{50};

 private:
  using Clock = std::chrono::steady_clock;
  const Machine& machine_;
  Clock::time_point last_;
  std::chrono::duration<double> all_{0};
  std::chrono::duration<double> asleep_{0};
  std::uint64_t bytes_ = 0;
  std::optional<double> cpu_ =
      {};  ///< seconds that the machine's processes had used at the last look
  double used_ = 0;
};

/// What COOPERAGE_SLOW says: 1 where it says nothing.
double slowness();

}  // namespace toolkit::checks
