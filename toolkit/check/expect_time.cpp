#include "toolkit/check/expect_time.hpp"

#include <endian.h>
#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>

#include "toolkit/check/context.hpp"
#include "toolkit/check/lacking.hpp"
#include "toolkit/check/patience.hpp"
#include "toolkit/check/random.hpp"
#include "toolkit/check/refusal.hpp"
#include "toolkit/check/verdict.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/namespaces.hpp"

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

/// What a program says of a step that is open: toolkit::todo.
constexpr const char* kOpen = " is not written yet";
constexpr int kNeverStarted = 125;

std::string told(const Ended& ended) {
  const std::string err = ended.err.empty() ? "nothing on stderr" : "on stderr: " + ended.err;
  return "exit " + std::to_string(ended.status) + "; " + err;
}

std::string printed(const Ended& ended) {
  return ended.out.empty() ? "it prints nothing" : "it prints " + ended.out;
}

Ended run_asking(Machine& machine, const TimeServer& server) {
  try {
    return machine.finish({"--ask", server.address()});
  } catch (Failed& failed) {
    const Hints better{{"hangs", "waits"}, {"no-end", "waits"}};
    if (const auto found = better.find(failed.failure.hint); found != better.end()) {
      failed.failure.expected = "it ends, after about a second where no answer comes";
      failed.failure.hint = found->second;
    }
    throw;
  }
}

bool is_now(std::uint64_t stamp) {
  constexpr double kNow = 10;  // seconds: it was sent a moment ago
  const auto off = static_cast<std::int64_t>(stamp - time_stamp(0));
  return std::abs(std::ldexp(static_cast<double>(off), -32)) < kNow * slowness();
}

/// What says that an answer is one to this request: a timestamp that nobody can guess.
void expect_mark(const std::string& transmit, const std::string& before) {
  std::uint64_t wire = 0;
  std::memcpy(&wire, transmit.data(), sizeof wire);
  const std::uint64_t stamp = be64toh(wire);
  const bool whole = static_cast<std::uint32_t>(stamp) == 0;
  if (is_now(stamp) && !whole && transmit != before) return;
  const bool turned = is_now(wire);
  std::string seen = "a time that is not that of now";
  if (turned) seen = "the time, with its lowest byte first";
  if (whole) seen = "whole seconds";
  if (wire == 0) seen = "zero";
  fail({.expected = "its transmit timestamp is the time of now, with a fraction of a second",
        .seen = seen,
        .evidence = "what came to the port of the server, its bytes 40 to 47",
        .hint = turned ? "request-order" : "request-unmarked"});
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

void expect_born_inside(Subject& subject, const Machine& machine, const std::string& hint) {
  const pid_t pid = subject.stands();
  const ino_t own = toolkit::namespace_id(pid, Ns::time);
  const bool moved = own != machine.namespace_id(Ns::time);
  const ino_t next = toolkit::namespace_id(
      open_file("/proc/" + std::to_string(pid) + "/ns/time_for_children", O_PATH));
  if (moved && own == next) return;
  subject.fail_here(
      {.expected = "the process that executes the command is in the new namespace before it does",
       .seen = moved ? "it is in one, and made another for whoever comes next"
                     : "it is in the machine's; only its children would be in the new one",
       .evidence = "/proc/CHILD/ns/time and time_for_children, where it was to execute a file that "
                   "is no program",
       .hint = hint});
}

Ended ask_server(Machine& machine, const TimeServer& server) {
  const Ended ended = run_asking(machine, server);
  const std::string step = "step " + context().step.substr(0, 4);
  if (ended.err.find(step + kOpen) == ended.err.npos) return ended;
  fail({.expected = step + " is done",
        .seen = "your program says that it is open",
        .evidence = ended.err,
        .hint = "not-started"});
}

void expect_request(Machine& machine) {
  std::string before;
  for (int run = 0; run < 2; ++run) {
    TimeServer server(machine, {.ahead = 5});
    const Ended ended = ask_server(machine, server);
    const std::vector<std::string> all = server.requests();
    TimeRequest request = {.fault = std::to_string(all.size()) + " packets"};
    if (all.size() == 1) request = read_time_request(all.front());
    if (!request.fault.empty()) {
      const char* one_or_none = all.empty() ? "no-request" : "request-form";
      fail({.expected = "one packet of 48 bytes: version 4, mode 3",
            .seen = request.fault,
            .evidence = "what came to the port of the server\n" + told(ended),
            .hint = all.size() > 1 ? "several-requests" : one_or_none});
    }
    expect_mark(request.transmit, before);
    before = request.transmit;
  }
}

void expect_disbelief(Machine& machine, const TimeServerOptions& options, const std::string& why,
                      const std::string& hint) {
  const TimeServer server(machine, options);
  const Ended ended = ask_server(machine, server);
  const bool later = ended.err.find(kOpen) != ended.err.npos;
  const char* mute = "wrong-status";
  if (ended.status == kNeverStarted && ended.out.empty() && !later) {
    if (!ended.err.empty()) return;
    fail({.expected = why + ": exit 125, and a line on stderr that says so",
          .seen = "there is no line on stderr",
          .hint = mute});
  }
  const bool wrong = ended.out.empty() && !later;
  fail({.expected = why + ": exit 125, and nothing on stdout",
        .seen = later ? "your program goes on with it" : printed(ended),
        .evidence = told(ended),
        .hint = wrong ? mute : hint});
}

void expect_belief(Machine& machine, const std::string& hint) {
  const TimeServer server(machine, {.ahead = 1.0 * random_number(100, 9000)});
  const Ended ended = ask_server(machine, server);
  if (ended.status == 0 || ended.err.find(kOpen) != ended.err.npos) return;
  fail({.expected = "an answer that is whole, and the server's to this request, is believed",
        .seen = "your program believes nothing",
        .evidence = told(ended),
        .hint = hint});
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
          .seen = printed(ended),
          .evidence = told(ended),
          .hint = number ? hint : "no-number"});
  }
}

}  // namespace toolkit::checks
