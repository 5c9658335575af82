// What a mechanism adds to a start: from clone3(2) until the process is reaped.
#include <signal.h>
#include <sys/resource.h>

#include <array>

#include "bench/lab_parts.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/users.hpp"

namespace toolkit::bench {
namespace {

using Clock = std::chrono::steady_clock;

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

}  // namespace

Process spawn_in(const Mechanism& lab, const Scratch& scratch, const std::function<void()>& body) {
  const SpawnOptions options{.namespaces = lab.kinds};
  const auto enter = [&] {
    if (lab.enter) lab.enter(scratch);
    body();
  };
  if (lab.mapped == Mapped::no) return Process::spawn(options, enter);
  Gate gate;
  Process child = Process::spawn(options, [&] {
    gate.wait();
    enter();
  });
  write_id_maps(child.pid(), {.uids = {{0, 0, 1}}, .gids = {{0, 0, 1}}});
  gate.open();
  return child;
}

Sample start_once(const Mechanism& lab, const Scratch& scratch) {
  const double cpu_before = cpu_so_far();
  const Clock::time_point begin = Clock::now();
  Process child = spawn_in(lab, scratch, [] {});
  child.await_exec();
  const ExitStatus ended = child.wait();
  const std::chrono::duration<double, std::micro> wall = Clock::now() - begin;
  if (ended.shell_code() != 0) {
    throw std::runtime_error("it ended with " + std::to_string(ended.shell_code()));
  }
  return {.wall = wall.count(), .cpu = cpu_so_far() - cpu_before};
}

}  // namespace toolkit::bench
