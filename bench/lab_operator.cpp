// What a running process pays: it does an operation many times over, whenever it is asked to.
#include <sys/socket.h>

#include <chrono>
#include <ctime>
#include <stdexcept>

#include "bench/lab_parts.hpp"
#include "toolkit/kernel/error.hpp"

namespace toolkit::bench {
namespace {

using Clock = std::chrono::steady_clock;

double cpu_of_this_process() {
  timespec used{};
  check(::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used), "clock_gettime");
  constexpr double kMega = 1e6;
  constexpr double kKilo = 1e3;
  return static_cast<double>(used.tv_sec) * kMega + static_cast<double>(used.tv_nsec) / kKilo;
}

Sample repeat(const Operation& operation, int times) {
  const double cpu_before = cpu_of_this_process();
  const Clock::time_point begin = Clock::now();
  for (int i = 0; i < times; ++i) operation();
  const std::chrono::duration<double, std::micro> wall = Clock::now() - begin;
  return {.wall = wall.count() / times, .cpu = (cpu_of_this_process() - cpu_before) / times};
}

/// Answers each byte by a sample, until the other end is closed.
void serve(FdRef line, const Operation& operation, int times) {
  static_cast<void>(repeat(operation, times));  // the first is slower than all others
  char byte = 0;
  const Sample ready{};
  check(::send(line.get(), &ready, sizeof ready, MSG_NOSIGNAL), "send");
  while (check(::recv(line.get(), &byte, 1, 0), "recv") == 1) {
    const Sample sample = repeat(operation, times);
    if (::send(line.get(), &sample, sizeof sample, MSG_NOSIGNAL) == -1) return;
  }
}

/// False when the process has ended.
bool receive(FdRef line, Sample& sample) {
  return check(::recv(line.get(), &sample, sizeof sample, 0), "recv") == sizeof sample;
}

}  // namespace

Operator::Operator(const Mechanism& lab, const Mechanism& what, const Scratch& scratch)
    : process_(spawn_in(lab, scratch, [&] {
        line_.ours.reset();
        serve(line_.theirs, what.prepare(scratch), what.times);
      })) {
  line_.theirs.reset();
  Sample ready;
  if (receive(line_.ours, ready)) return;
  process_.await_exec();  // which throws what it threw
  throw std::runtime_error("the process ended before it was asked for anything");
}

Sample Operator::turn() {
  const char byte = 'x';
  Sample sample;
  if (::send(line_.ours.get(), &byte, 1, MSG_NOSIGNAL) != 1 || !receive(line_.ours, sample)) {
    process_.await_exec();
    throw std::runtime_error("the process ended while it was measured");
  }
  return sample;
}

}  // namespace toolkit::bench
