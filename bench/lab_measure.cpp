#include "bench/lab_measure.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "bench/lab_parts.hpp"
#include "bench/rounds.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/users.hpp"

namespace toolkit::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kFewest = 5;
const Mechanism& bare() {
  static const Mechanism kBare{.number = "", .name = "bare", .what = ""};
  return kBare;
}

bool starts_something(const Mechanism& lab) { return lab.kinds != Ns::none || lab.enter; }

/// While one lives, SIGINT and SIGTERM end nothing at once: what was made can be removed first.
class Interrupts {
 public:
  Interrupts() {
    ::sigemptyset(&awaited_);
    ::sigaddset(&awaited_, SIGINT);
    ::sigaddset(&awaited_, SIGTERM);
    check(::sigprocmask(SIG_BLOCK, &awaited_, &before_), "sigprocmask");
  }
  ~Interrupts() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  void look() const {
    const timespec now{};
    if (::sigtimedwait(&awaited_, nullptr, &now) > 0) throw Interrupted("interrupted");
  }

 private:
  sigset_t awaited_{};
  sigset_t before_{};
};

/// Rounds until the limits say that it is enough.
class Rounds {
 public:
  explicit Rounds(const Limits& limits) : limits_(limits) {}
  bool more() {
    if (done_ >= limits_.turns) return false;
    if (done_ >= kFewest && Clock::now() - begin_ > limits_.time) return false;
    ++done_;
    return true;
  }
  [[nodiscard]] std::size_t number() const { return static_cast<std::size_t>(done_); }

 private:
  Limits limits_;
  Clock::time_point begin_ = Clock::now();
  int done_ = 0;
};

/// What a start leaves behind (a namespace to be taken down, caches) meets the next one: of two each follows
/// itself as often as the other, of many each follows each.
std::vector<std::size_t> order(std::size_t candidates, std::size_t round) {
  return candidates == 2 ? turns(candidates, round) : shuffled_turns(candidates, round);
}

/// The starts of all labs in turns, the bare process among them.
void measure_starts(const std::vector<Mechanism>& labs, std::vector<LabCost>& costs,
                    const Limits& limits, const Interrupts& interrupts) {
  const Scratch scratch;
  std::vector<Sample> bare_samples;
  const auto turn = [&](std::size_t which) {
    if (which == 0) {
      bare_samples.push_back(start_once(bare(), scratch));
      return;
    }
    const Mechanism& lab = labs[which - 1];
    Pair& pair = costs[which - 1].start;
    if (!starts_something(lab) || !pair.absent.empty()) return;
    try {
      pair.with.push_back(start_once(lab, scratch));
    } catch (const std::exception& error) {
      pair.absent = error.what();
      pair.with.clear();
    }
  };
  const auto round = [&](std::size_t number) {
    for (const std::size_t which : order(labs.size() + 1, number)) turn(which);
    interrupts.look();
  };
  constexpr std::size_t kWarmUp = 3;
  for (std::size_t number = 0; number < kWarmUp; ++number) round(number);
  bare_samples.clear();
  for (LabCost& cost : costs) cost.start.with.clear();
  Rounds rounds(limits);
  while (rounds.more()) round(rounds.number());
  for (LabCost& cost : costs) {
    if (!cost.start.with.empty()) cost.start.bare = bare_samples;
  }
}

/// What runs in one lab's mechanism, in turns with the same beside it.
void measure_running(const Mechanism& lab, LabCost& cost, const Limits& limits,
                     const Interrupts& interrupts) {
  if (!lab.prepare) return;
  try {
    const Scratch scratch;
    std::array<std::unique_ptr<Operator>, 2> sides = {
        std::make_unique<Operator>(bare(), lab, scratch),
        std::make_unique<Operator>(lab, lab, scratch)};
    Rounds rounds(limits);
    while (rounds.more()) {
      for (const std::size_t side : turns(sides.size(), rounds.number())) {
        (side == 0 ? cost.running.bare : cost.running.with).push_back(sides.at(side)->turn());
      }
      interrupts.look();
    }
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    cost.running = {.absent = error.what()};
  }
}

}  // namespace

std::vector<LabCost> measure_labs(const std::vector<Mechanism>& labs, const Limits& limits) {
  const Interrupts interrupts;
  std::vector<LabCost> costs;
  for (const Mechanism& lab : labs) {
    costs.push_back({.number = lab.number,
                     .name = lab.name,
                     .what = lab.what,
                     .start_why = lab.start_why,
                     .operation = lab.operation,
                     .running_why = lab.running_why});
  }
  measure_starts(labs, costs, limits, interrupts);
  for (std::size_t i = 0; i < labs.size(); ++i) {
    measure_running(labs[i], costs[i], limits, interrupts);
  }
  return costs;
}

double bare_start() {
  const Interrupts interrupts;
  const Scratch scratch;
  constexpr int kTurns = 50;
  std::vector<double> seen;
  for (int i = 0; i < kTurns; ++i) {
    seen.push_back(start_once(bare(), scratch).wall);
    interrupts.look();
  }
  return median(std::move(seen));
}

double bare_operation(const Mechanism& lab) {
  const Interrupts interrupts;
  const Scratch scratch;
  constexpr int kTurns = 20;
  Operator alone(bare(), lab, scratch);
  std::vector<double> seen;
  for (int i = 0; i < kTurns; ++i) {
    seen.push_back(alone.turn().wall);
    interrupts.look();
  }
  return median(std::move(seen));
}

Standing take_standing() {
  if (::geteuid() == 0) return Standing::root;
  const IdMaps maps{.uids = {{0, ::geteuid(), 1}}, .gids = {{0, ::getegid(), 1}}};
  try {
    unshare(Ns::user);
    write_id_maps(::getpid(), maps);
  } catch (const SystemError&) {
    return Standing::user;
  }
  return Standing::root_of_user_namespace;
}

}  // namespace toolkit::bench
