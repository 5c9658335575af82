#include "toolkit/check/expect_time.hpp"

#include <unistd.h>

#include <cmath>
#include <cstdlib>

#include "toolkit/check/context.hpp"
#include "toolkit/check/lacking.hpp"
#include "toolkit/check/patience.hpp"
#include "toolkit/check/verdict.hpp"

namespace toolkit::checks {
namespace {

std::string seconds(double value) { return std::to_string(std::llround(value)); }

std::string to_text(const Offsets& offsets) {
  return "monotonic " + seconds(offsets.monotonic) + ", boottime " + seconds(offsets.boottime);
}

/// Which hint answers these offsets.
std::string wrong_offsets(const Offsets& told, const Offsets& wanted, const Offsets& here) {
  if (told.monotonic == wanted.boottime && told.boottime == wanted.monotonic)
    return "clocks-swapped";
  const bool monotonic_stayed = told.monotonic == here.monotonic;
  const bool boottime_stayed = told.boottime == here.boottime;
  if (monotonic_stayed && boottime_stayed) return "offsets-not-set";
  return monotonic_stayed || boottime_stayed ? "one-clock-only" : "other-offset";
}

}  // namespace

void need_time_namespaces() { skip_what_lacks(Ns::time, 0); }

void expect_offsets(const Subject& subject, const Offsets& wanted) {
  const Offsets here = offsets_of(::getpid());  // the checker itself may be in a namespace
  const Offsets told = offsets_of(subject.payload());
  const Offsets seen = {.monotonic = ahead_by(subject.payload(), CLOCK_MONOTONIC) + here.monotonic,
                        .boottime = ahead_by(subject.payload(), CLOCK_BOOTTIME) + here.boottime};
  constexpr double kAllowed = 2;
  const double off =
      std::abs(seen.monotonic - wanted.monotonic) + std::abs(seen.boottime - wanted.boottime);
  if (to_text(told) == to_text(wanted) && off < kAllowed * slowness()) return;
  fail({.expected = "its clocks are ahead by: " + to_text(wanted),
        .seen = "by: " + to_text(seen),
        .evidence = "/proc/PAYLOAD/timens_offsets: " + to_text(told) +
                    "\nboth clocks, read after setns(2) into /proc/PAYLOAD/ns/time",
        .hint = wrong_offsets(told, wanted, here),
        .signatures = Consult::always});
}

Ended ask_server(Machine& machine, const TimeServer& server) {
  const Ended ended = machine.finish({"--ask", server.address()});
  const std::string step = "step " + context().step.substr(0, 4);
  if (ended.err.find(step + " is not written yet") == ended.err.npos) return ended;
  fail({.expected = step + " is done",
        .seen = "your program says that it is open",
        .evidence = ended.err,
        .hint = "not-started"});
}

void expect_ahead(const TimeServerOptions& options, const std::string& hint) {
  constexpr double kApart = 0.1;
  Machine machine;
  for (int left = 2;; --left) {  // who can't run for a moment measures that, too
    const TimeServer server(machine, options);
    const Ended ended = ask_server(machine, server);
    char* end = nullptr;
    const double said = std::strtod(ended.out.c_str(), &end);
    const bool number = end != ended.out.c_str() && std::string(end) == "\n";
    if (ended.status == 0 && number && std::abs(said - options.ahead) < kApart) return;
    if (left > 0) continue;
    fail({.expected = "the server's clock is ahead by " + std::to_string(options.ahead) + " s",
          .seen = "it prints " + ended.out,
          .evidence = "exit " + std::to_string(ended.status) + "; stderr: " + ended.err,
          .hint = number ? hint : "no-number"});
  }
}

}  // namespace toolkit::checks
