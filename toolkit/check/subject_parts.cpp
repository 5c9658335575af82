#include "toolkit/check/subject_parts.hpp"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>

#include "toolkit/check/context.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

constexpr std::uint64_t kFlood = std::uint64_t{256} << 20;
constexpr std::uint64_t kLines = 2'000'000;

std::string last_lines(const std::string& text, std::size_t count) {
  const std::vector<std::string_view> all = lines(text);
  std::string last;
  for (std::size_t i = all.size() - std::min(count, all.size()); i < all.size(); ++i) {
    constexpr std::size_t kWidth = 400;
    last += '\n' + std::string(all[i].substr(0, kWidth));
  }
  return last;
}

/// "04.2" of "… step 04.2 is not written yet", as todo() says it.
std::string unwritten_step(const std::string& err) {
  constexpr std::string_view kEnd = " is not written yet";
  for (const std::string_view line : lines(err)) {
    if (!line.ends_with(kEnd)) continue;
    const std::string_view head = line.substr(0, line.size() - kEnd.size());
    const std::size_t step = head.rfind("step ");
    if (step != head.npos) return std::string(head.substr(step + 5));
  }
  return {};
}

}  // namespace

bool is_hang(std::string_view why) { return why.starts_with("it hangs"); }

void expect_written(const std::string& err) {
  const std::string step = unwritten_step(err);
  if (step.empty() || step > context().step) return;
  fail({.expected = "step " + step + " is done",
        .seen = "your program says that it is open:" + last_lines(err, 1),
        .hint = "not-started"});
}

Subject::Parts::Parts(const Machine& where, Machine::Parts& with_others, Launched started)
    : machine(where), shared(with_others), launched(std::move(started)), listener(launched.out) {
  ++shared.running;
}

Subject::Parts::~Parts() {
  --shared.running;
  if (status || pid == 0) return;
  // The machine ends when all in it are reaped. Without its starter the program is a child of this process, a
  // subreaper, and only then: a number that is nobody's child may be somebody else's by now.
  launched.starter.signal(SIGKILL);
  launched.starter.wait();
  siginfo_t info{};
  const auto id = static_cast<id_t>(pid);
  if (::waitid(P_PID, id, &info, WEXITED | WNOWAIT | WNOHANG) == -1) return;
  ::kill(pid, SIGKILL);
  ::waitid(P_PID, id, &info, WEXITED);
}

std::size_t Subject::Parts::strangers() const {
  std::size_t count = 0;
  for (const pid_t copy : machine.copies()) {
    const auto& known = shared.payloads;
    if (std::find(known.begin(), known.end(), copy) == known.end()) ++count;
  }
  return count - std::min(count, shared.forks);
}

void Subject::Parts::arrive(pid_t who) {
  if (payload != 0) {
    twice = twice || who != payload;
    return;
  }
  if (!machine.is_probe(who) || !runs_unchanged(who, probe_content()).value_or(true)) {
    impostor = "process " + std::to_string(who);
    return;
  }
  payload = who;
  read_before = bytes_read(who);
  shared.payloads.push_back(who);
}

void Subject::Parts::hear(const Said& said) {
  if (said.line.starts_with("hello " + machine.word() + ' ')) return arrive(said.pid);
  if (payload != 0 && said.pid == payload) {
    answers.push_back(said.line);
    ++heard;
  } else {
    append_bounded(out, said.line + '\n');
  }
}

/// One line of the starter.
void Subject::Parts::obey(const std::string& line) {
  const std::size_t blank = line.find(' ');
  const std::string verb = line.substr(0, blank);
  const std::string rest = line.substr(blank + 1);
  const auto number = [](std::string_view text) {
    return static_cast<int>(parse_number(text).value_or(0));
  };
  if (verb == "pid") pid = number(rest);
  if (verb == "held") held = number(rest);
  constexpr std::size_t kCalls = 10000;
  if (verb == "call" && context().calls.size() < kCalls) {
    if (std::optional<TracedCall> call = from_line(rest)) context().calls.push_back(*call);
  }
  if (verb == "end") {
    const std::vector<std::string_view> fields = split(rest, ' ');
    status = number(fields.at(0));
    ended_by = number(fields.at(1));
    if (payload == 0) context().dead = true;
  }
}

void Subject::Parts::read_control() {
  std::string line(4096, '\0');
  const ssize_t got = ::recv(launched.control.get(), line.data(), line.size(), MSG_DONTWAIT);
  if (got == -1 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    control_open = false;
    return;
  }
  line.resize(static_cast<std::size_t>(got));
  obey(line);
}

std::string Subject::Parts::pump(const std::function<bool()>& done) {
  std::string why = pump_until(done);
  lost = lost || !why.empty();
  return why;
}

std::string Subject::Parts::pump_until(const std::function<bool()>& done) {
  Patience patience(machine);
  while (!done() && control_open) {
    std::array<pollfd, 3> ready{
        {{.fd = launched.control.get(), .events = POLLIN, .revents = 0},
         {.fd = listener.open() ? launched.out.get() : -1, .events = POLLIN, .revents = 0},
         {.fd = err_open ? launched.err.get() : -1, .events = POLLIN, .revents = 0}}};
    const int count = ::poll(ready.data(), ready.size(), static_cast<int>(Patience::kTick.count()));
    if (count == -1 && errno != EINTR) throw_errno("poll");
    // What was said first is heard first: the end of the program comes last.
    if (ready[1].revents != 0) {
      for (const Said& said : listener.listen()) hear(said);
    }
    if (ready[2].revents != 0) err_open = drain(launched.err, err, err_bytes);
    if (ready[0].revents != 0 && ready[1].revents == 0 && ready[2].revents == 0) {
      read_control();
    } else if (ready[0].revents != 0 && status) {
      read_control();
    }
    if (listener.bytes() + err_bytes > kFlood || listener.lines() > kLines)
      return "it writes without end";
    if (std::string why = patience.over(listener.bytes() + err_bytes, pid); !why.empty())
      return why;
    if (status) return {};
  }
  if (!control_open && !status) launched.starter.await_exec();  // throws what the starter threw
  return {};
}

void Subject::Parts::let_go() {
  if (held == 0 || over() || !hang.empty()) return;
  write_all(launched.control, ".", "control");
  pump([] { return false; });
}

std::string Subject::Parts::last_words() const {
  return unwritten_step(err).empty() ? last_lines(err, 1) : "";
}

std::string Subject::Parts::end_of_it() const {
  if (!hang.empty()) return "\nthen " + hang;
  const std::string step = unwritten_step(err);
  return step.empty() ? "" : "\nthen it stopped: step " + step + " is not written yet";
}

/// Is the step that is not written yet the one that is checked now, or one before it?
bool Subject::Parts::is_due() const {
  const std::string step = unwritten_step(err);
  return !step.empty() && step <= context().step;
}

void Subject::Parts::refuse(const std::string& why) {
  const std::string expected = "your program starts the command that it was given";
  if (!why.empty()) {
    fail({.expected = expected,
          .seen = why,
          .evidence = "/proc/PID/syscall of the processes in the machine",
          .hint = is_hang(why) ? "hangs" : "no-end"});
  }
  if (const std::string step = unwritten_step(err); !step.empty()) {
    fail({.expected = "step " + step + " is done",
          .seen = "your program says that it is open:" + last_lines(err, 1),
          .hint = "not-started"});
  }
  if (ended_by != 0) {
    fail({.expected = expected,
          .seen = "your program was ended before it by signal " + std::to_string(ended_by) + ", " +
                  ::strsignal(ended_by) + last_lines(err, 3),
          .hint = "crashed"});
  }
  // A child that crashed, told as a shell tells it.
  constexpr std::array kCrashes{SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
  const int number = status.value_or(0) - 128;
  const bool child_crashed = std::find(kCrashes.begin(), kCrashes.end(), number) != kCrashes.end();
  fail({.expected = expected,
        .seen = "your program ended before it: exit " + std::to_string(status.value_or(0)) +
                last_lines(err, 3),
        .hint = child_crashed ? "crashed" : "ended-early"});
}

void Subject::Parts::require_fair_play() const {
  if (impostor) {
    fail({.expected = "the command that your program was given says hello itself",
          .seen = *impostor + " said it, and is another program",
          .evidence = "the sender of the message, as the kernel gives it; its /proc/PID/exe",
          .hint = "payload-impostor"});
  }
  if (payload != 0) require_own_answers();
  if (payload == 0 || status) return;
  if (const std::size_t others = strangers(); twice || others > 0) {
    fail(
        {.expected = "the command runs once",
         .seen = std::to_string(std::max<std::size_t>(others, 1) + 1) + " processes run it, or did",
         .evidence = "/proc/PID/exe of every process in the machine",
         .hint = "payload-twice"});
  }
  if (context().tracing) return;
  try {
    if (status_value(payload, "TracerPid") == "0") return;
  } catch (const SystemError&) {  // it has ended, which is told elsewhere
    return;
  }
  fail({.expected = "the command runs by itself",
        .seen = "somebody traces it",
        .evidence = "/proc/PID/status: TracerPid",
        .hint = "payload-impostor"});
}

void Subject::Parts::require_own_answers() const {
  const std::string expected = "the command that your program was given answers itself";
  if (heard > commands) {
    fail({.expected = expected,
          .seen = std::to_string(heard) + " answers came to " + std::to_string(commands) +
                  (commands == 1 ? " question" : " questions"),
          .evidence = "standard output",
          .hint = "payload-impostor"});
  }
  if (status || answers.empty() || commands == 0)
    return;  // whether all it was told is read, nobody knows
  const std::optional<std::uint64_t> now = bytes_read(payload);
  if (read_before && now && *now - *read_before < asked) {
    fail({.expected = expected,
          .seen = "it read " + std::to_string(*now - *read_before) + " of " +
                  std::to_string(asked) + " bytes that it was told, and yet there is an answer",
          .evidence = "/proc/PID/io of the payload",
          .hint = "payload-impostor"});
  }
  if (runs_unchanged(payload, probe_content()).value_or(true)) return;
  fail({.expected = expected,
        .seen = "its program was changed while it ran",
        .evidence = "/proc/PID/maps and /proc/PID/mem of the payload",
        .hint = "payload-impostor"});
}

void Subject::Parts::note_leftovers() {
  const bool alone = shared.running == 1;  // what another program still uses is not left behind
  if (compared || !status || !alone || !unwritten_step(err).empty()) return;
  compared = true;
  const std::vector<Leftover> left = machine.leftovers();
  context().left.insert(context().left.end(), left.begin(), left.end());
}

Ended Subject::Parts::ended() const {
  return {.status = status.value_or(0), .out = out, .err = err, .payload = payload != 0};
}

}  // namespace toolkit::checks
