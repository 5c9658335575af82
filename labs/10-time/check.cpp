#include "toolkit/check/check.hpp"

#include <time.h>

#include <cmath>
#include <cstdlib>

#include "toolkit/check/clocks.hpp"
#include "toolkit/check/context.hpp"
#include "toolkit/check/expect.hpp"
#include "toolkit/check/expect_time.hpp"
#include "toolkit/check/patience.hpp"
#include "toolkit/check/time_server.hpp"
#include "toolkit/check/zones.hpp"

namespace {

using namespace toolkit::checks;  // NOLINT: what a check is written with
using toolkit::namespace_id;
using toolkit::Ns;

constexpr int kNeverStarted = 125;
constexpr double kAllowed = 2;  // seconds that clocks may be apart; more on a busy machine
constexpr int kYear = 31'556'952;

SIGNATURES({"unshare", EINVAL, "unshare-flags"}, {"write", EACCES, "offsets-late"},
           {"write", EINVAL, "offsets-form"}, {"write", EPERM, "offsets-of-another"},
           {"move_mount", EINVAL, "not-a-copy"}, {"clock_settime", EPERM, "sets-the-clock"},
           {"clock_settime", EINVAL, "sets-the-clock"}, {"settimeofday", EPERM, "sets-the-clock"},
           {"adjtimex", EPERM, "sets-the-clock"}, {"clock_adjtime", EPERM, "sets-the-clock"},
           {"openat", EROFS, "writes-localtime"}, {"symlink", EROFS, "writes-localtime"},
           {"unlink", EROFS, "writes-localtime"}, {"unlink", EBUSY, "writes-localtime"});

std::vector<std::string> command_line_of(const Machine& machine, std::vector<std::string> options,
                                         const std::string& command = {}) {
  options.insert(options.end(),
                 {"--", command.empty() ? machine.probe() : command, machine.word()});
  return options;
}

/// Starts the program as far as it comes: a later step may not be written yet.
Subject start(Machine& machine, const std::vector<std::string>& options,
              const std::string& command = {}) {
  return machine.start(command_line_of(machine, options, command),
                       {.unfinished = Unfinished::held});
}

/// Where something can't be done, there is a line on stderr, and no command.
void expect_refusal(const Ended& ended, const std::string& why) {
  if (!ended.payload && ended.status == kNeverStarted && !ended.err.empty()) return;
  fail({.expected = why + ": exit 125, a line on stderr, and no command",
        .seen = ended.payload ? "the command ran" : "exit " + std::to_string(ended.status),
        .evidence = ended.err,
        .hint = ended.payload ? "error-ignored" : "wrong-status"});
}

CHECK_STEP("10.1a", "a time namespace of its own", 2, {}) {
  need_time_namespaces();
  Machine machine;
  Subject subject = machine.start(command_line_of(machine, {}));
  expect_own_namespace(subject, machine, Ns::time);
}

CHECK_STEP("10.1b", "your program stays in the machine's", 1, {"10.1a"}) {
  need_time_namespaces();
  Machine machine;
  Subject subject = machine.start(command_line_of(machine, {}));
  expect_runner_stays(subject, machine, Ns::time);
}

CHECK_STEP("10.1c", "who becomes the command is born in it", 1, {"10.1a"}) {
  need_time_namespaces();
  Machine machine;
  // An exec that is refused leaves its process as it was born: since Linux 6.1 a good one moves it.
  const std::string text = machine.make_file(machine.work(random_name()), "no program\n");
  Subject subject = start(machine, {}, text);
  expect_born_inside(subject, machine, "no-fork");
}

CHECK_STEP("10.1d", "two commands, two namespaces", 1, {"10.1a"}) {
  need_time_namespaces();
  Machine machine;
  const Subject first = machine.start(command_line_of(machine, {}));
  const Subject second = machine.start(command_line_of(machine, {}));
  const ino_t one = namespace_id(first.payload(), Ns::time);
  if (one != namespace_id(second.payload(), Ns::time)) return;
  fail({.expected = "each run makes a namespace for its command alone",
        .seen = "two commands, which run at the same time, share one",
        .evidence = "/proc/PAYLOAD/ns/time of both: time:[" + std::to_string(one) + ']',
        .hint = "shared-between"});
}

CHECK_STEP("10.2a", "both clocks have their offsets", 2, {"10.1"}) {
  need_time_namespaces();
  Machine machine;
  const int monotonic = random_number(100'000, 900'000);
  const int boottime = random_number(1'000'000, 9'000'000);
  const std::vector<std::string> options{"--monotonic", std::to_string(monotonic), "--boottime",
                                         std::to_string(boottime)};
  const Subject subject = machine.start(command_line_of(machine, options));
  expect_offsets(subject, {.monotonic = 1.0 * monotonic, .boottime = 1.0 * boottime});
}

CHECK_STEP("10.2b", "a clock that was not named stays as it was", 1, {"10.2a"}) {
  need_time_namespaces();
  Machine machine;
  const Offsets here = offsets_of(::getpid());
  const int ahead = random_number(100'000, 900'000);
  {
    const Subject subject =
        machine.start(command_line_of(machine, {"--boottime", std::to_string(ahead)}));
    expect_offsets(subject, {.monotonic = here.monotonic, .boottime = 1.0 * ahead});
  }
  const Subject subject = machine.start(command_line_of(machine, {"--monotonic", "-1"}));
  expect_offsets(subject, {.monotonic = -1, .boottime = here.boottime});
}

CHECK_STEP("10.2c", "an offset that can't be is refused", 1, {"10.2a"}) {
  need_time_namespaces();
  Machine machine;
  expect_refusal(machine.finish(command_line_of(machine, {"--monotonic", "-8000000000"})),
                 "no clock can read less than zero");
}

CHECK_STEP("10.2d", "the real time is everybody's", 1, {"10.2a"}) {
  need_time_namespaces();
  Machine machine;
  const Subject subject =
      machine.start(command_line_of(machine, {"--monotonic", "86400", "--boottime", "86400"}));
  const double real = ahead_by(subject.payload(), CLOCK_REALTIME);
  const double runner = ahead_by(subject.pid(), CLOCK_BOOTTIME);
  if (std::abs(real) + std::abs(runner) < kAllowed * slowness()) return;
  fail({.expected = "one real time for all, and your program has the machine's clocks",
        .seen = "real time ahead by " + std::to_string(real) + " s; your program's boot clock by " +
                std::to_string(runner) + " s",
        .evidence = "the clocks, read after setns(2) into the time namespace of each",
        .hint = "runner-moved"});
}

CHECK_STEP("10.3a", "/etc/localtime is the file of the zone", 2, {"10.1"}) {
  need_time_namespaces();
  Machine machine;
  const Zone zone = choose_zone(machine);
  Subject subject = start(machine, {"--tz", zone.name});
  const std::string wanted = to_text(machine.id_of("/usr/share/zoneinfo/" + zone.name));
  const std::string seen = id_at(subject.stands(), kLocaltime);
  if (seen == wanted) return;
  if (content_at(subject.stands(), kLocaltime) == zone.content) {
    subject.fail_here({.expected = "/etc/localtime is the file of " + zone.name + ": " + wanted,
                       .seen = "it reads the same, and is another file: " + seen,
                       .evidence = "stat(2), after setns(2) into /proc/PID/ns/mnt",
                       .hint = "a-copy"});
  }
  subject.fail_here(
      {.expected = "for the command, /etc/localtime reads as the file of " + zone.name,
       .seen = "it reads as something else",
       .evidence = "the file, read after setns(2) into /proc/PID/ns/mnt",
       .hint = "localtime-not-set",
       .signatures = Consult::always});
}

CHECK_STEP("10.3b", "for the command alone", 2, {"10.3a"}) {
  need_time_namespaces();
  Machine machine;
  const KeptMounts mounts(machine);
  Subject subject = start(machine, {"--tz", choose_zone(machine).name});
  mounts.expect("while the command runs");
}

CHECK_STEP("10.3c", "and every zone keeps its own file", 1, {"10.3a"}) {
  need_time_namespaces();
  Machine machine;
  const std::string target = zone_file_of(machine);
  if (target == kLocaltime) return;  // no link to a zone: nothing is behind it
  Subject subject = start(machine, {"--tz", choose_zone(machine).name});
  if (content_at(subject.stands(), target) == machine.read(target)) return;
  subject.fail_here(
      {.expected = target + " reads as on the machine, where /etc/localtime is a link to it",
       .seen = "it reads as the zone that was asked for",
       .evidence = "/proc/PID/mountinfo: " + mount_lines(subject.stands(), target),
       .hint = "through-the-link"});
}

CHECK_STEP("10.3d", "a zone that does not exist is refused", 1, {"10.3a"}) {
  need_time_namespaces();
  Machine machine;
  choose_zone(machine);  // where there are none, that is told by a skip
  for (const std::string& name : {"Atlantis/" + random_name(), std::string("../../../etc/passwd")})
    expect_refusal(machine.finish(command_line_of(machine, {"--tz", name})), name + " is no zone");
}

CHECK_STEP("10.4", "TZ in the environment says the zone", 1, {"10.3"}) {
  need_time_namespaces();
  Machine machine;
  const std::string zone = choose_zone(machine).name;
  const auto expect_zone = [&](const std::vector<std::string>& options, const std::string& wanted) {
    const Subject subject =
        machine.start(command_line_of(machine, options), {.environment = {"TZ=America/Nome"}});
    const std::string seen = zone_variable_of(subject);
    if (seen == "TZ=" + wanted || seen == "TZ=:" + wanted) return;
    fail({.expected = "TZ=" + wanted + "; your program was started with TZ=America/Nome",
          .seen = seen.empty() ? "there is no TZ" : seen,
          .evidence = "/proc/PAYLOAD/environ",
          .hint = options.empty() ? "not-asked" : "no-variable"});
  };
  expect_zone({"--tz", zone}, zone);
  expect_zone({}, "America/Nome");
}

CHECK_STEP("10.5a", "the server gets one good request", 2, {}) {
  Machine machine;
  expect_request(machine);
}

CHECK_STEP("10.5b", "a server that is silent is given up", 1, {"10.5a"}) {
  Machine machine;
  expect_disbelief(machine, {.answer = Answer::none}, "no answer comes", "no-answer");
  const std::string why = "no answer comes; somebody else sends three packets a second";
  expect_disbelief(machine, {.answer = Answer::none_but_chatter}, why, "stranger");
}

struct Lie {
  Answer answer;
  const char* what;
  const char* hint;
};

CHECK_STEP("10.6", "nothing is believed but the answer", 3, {"10.5"}) {
  Machine machine;
  for (const Lie& lie :
       {Lie{Answer::cut, "the answer has 44 bytes of 48", "too-short"},
        Lie{Answer::no_servers, "its mode is 5, a broadcast", "not-a-server"},
        Lie{Answer::of_another, "its originate timestamp is of no request that was sent", "origin"},
        Lie{Answer::kiss, "its stratum is 0, its code RATE: a kiss of death", "kiss"},
        Lie{Answer::unset_leap, "its leap indicator is 3: the clock is not set", "not-set"},
        Lie{Answer::unset_stratum, "its stratum is 16: the clock is not set", "not-set"},
        Lie{Answer::empty, "its timestamps are zero", "no-time"}}) {
    const double ahead = random_number(10, 9000);
    expect_disbelief(machine, {.ahead = ahead, .answer = lie.answer}, lie.what, lie.hint);
  }
  expect_belief(machine, "believes-nothing");  // among so many that are not
}

double random_ahead() { return random_number(100, 9000) + random_number(0, 999) / 1e3; }

CHECK_STEP("10.7a", "the offset is the server's", 2, {"10.6"}) {
  expect_ahead({.ahead = random_ahead()}, "other-offset-of-server");
  expect_ahead({.ahead = -random_ahead()}, "other-offset-of-server");
}

CHECK_STEP("10.7b", "a long way does not change it", 1, {"10.7a"}) {
  expect_ahead({.ahead = random_ahead(), .way = std::chrono::milliseconds(250)}, "one-way");
}

CHECK_STEP("10.7c", "nor does somebody who is faster than the server", 1, {"10.7a"}) {
  expect_ahead({.ahead = random_ahead(), .answer = Answer::after_a_stranger}, "stranger");
}

CHECK_STEP("10.7d", "nor the year 2036, when timestamps begin anew", 1, {"10.7a"}) {
  expect_ahead({.ahead = random_number(36, 60) * 1.0 * kYear}, "year-2036");
}

CHECK_STEP("10.7e", "and no clock is set", 1, {"10.7a"}) {
  Machine machine;
  const bool before = std::exchange(context().tracing, true);  // its calls are wanted
  static_cast<void>(ask_server(machine, TimeServer(machine, {.ahead = random_ahead()})));
  context().tracing = before;
  for (const TracedCall& call : context().calls) {
    for (const char* name : {"clock_settime", "settimeofday", "clock_adjtime", "adjtimex"}) {
      if (call.name != name) continue;
      fail({.expected = "your program asks and tells",
            .seen = "it would have changed the time of the whole machine: " + call.text,
            .evidence = "the calls of your program, by ptrace(2); the kernel refused this one",
            .hint = "sets-the-clock"});
    }
  }
}

}  // namespace
