#include "toolkit/check/check.hpp"

#include <linux/capability.h>

#include <array>
#include <filesystem>

#include "toolkit/check/furnish.hpp"
#include "toolkit/check/jail.hpp"
#include "toolkit/check/refusal.hpp"
#include "toolkit/kernel/text.hpp"

namespace {

using namespace toolkit::checks;  // NOLINT: what a check is written with

using Words = std::vector<std::string>;

SIGNATURES({"chroot", EPERM, "chroot-refused"}, {"mkdir", EEXIST, "cell-is-there"},
           {"mkdirat", EEXIST, "cell-is-there"}, {"chroot", ENOENT, "no-cell"});

/// What was left open for a program: a file, and directories.
enum class Open { nothing, inside, outside };

/// What a jail has that it should not have.
struct Holes {
  bool proc = false;  ///< the machine's /proc is shown in it
  Open open = Open::nothing;
};

/// A path of some hundred directories is no text for a learner.
std::string shorten(const std::string& path) {
  constexpr std::size_t kEnd = 30;
  if (path.size() <= 3 * kEnd) return path;
  return path.substr(0, kEnd) + "…" + path.substr(path.size() - kEnd);
}

/// A machine, a jail on it, and a secret outside.
struct Trial {
  explicit Trial(int depth, Holes with = {}) : jail(make_jail(machine, depth)), holes(with) {
    if (holes.proc) mount_bind(machine, "/proc", jail.path + "/proc");
  }

  Words arguments(const std::string& how) const {
    return {"--how", how, "--", machine.probe(), machine.word()};
  }
  StartOptions in_chroot(Unfinished unfinished) const {
    return {.unfinished = unfinished,
            .confine =
                [this] {
                  if (holes.open != Open::nothing) {
                    leave_open(jail.path + "/tmp", number - 2);
                    leave_open("/proc/self/status", number - 1);
                    leave_open(holes.open == Open::outside ? outer : jail.path, number);
                  }
                  enter_chroot(jail.path);
                },
            .confined_by = "chroot " + shorten(jail.path),
            .program = jail.program};
  }
  Subject start(const std::string& how) {
    const Hints hints = {{"no-end", "climbs-for-ever"}, {"hangs", "climbs-for-ever"}};
    return start_with_hints(machine, arguments(how), in_chroot(Unfinished::held), hints);
  }

  Ended finish(const std::string& how) {
    return machine.finish(arguments(how), in_chroot(Unfinished::refused));
  }

  Machine machine = Machine();
  Jail jail;
  Holes holes;
  std::string secret = random_name(16);
  std::string place = machine.make_file(machine.work(random_name()), secret);
  std::string outer = machine.work("");
  int number = random_number(60, 900);
};

/// What a link of /proc/PID reads: a path of the machine.
std::string link_of(pid_t pid, const std::string& name) {
  return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + '/' + name);
}

std::string shown(Subject& subject, const std::string& name) {
  return shorten(link_of(subject.stands(), name));
}
std::string where(Subject& subject) {
  return "/proc/PID/root -> " + shown(subject, "root") + "\n/proc/PID/cwd -> " +
         shown(subject, "cwd");
}

CHECK_STEP("02.1", "its working directory is outside of its root", 2, {}) {
  Trial trial(random_number(3, 6));
  const std::string& jail = trial.jail.path;
  for (const std::string when : {"", ", started there a second time"}) {
    Subject subject = trial.start("chroot");
    const std::string root = link_of(subject.stands(), "root");
    const std::string cwd = link_of(subject.stands(), "cwd");
    const auto fail_with = [&](const std::string& seen, const std::string& hint) {
      subject.fail_here(
          {.expected = "its root is a directory in " + jail + ", and it stands above it" + when,
           .seen = seen,
           .evidence = where(subject),
           .hint = hint,
           .signatures = Consult::always});
    };
    if (root == jail) fail_with("its root is still " + jail, "no-second-root");
    if (root.starts_with(jail + '/') && (cwd == root || cwd.starts_with(root + '/'))) {
      fail_with("it has another root, and stands in it", "stands-inside");
    }
  }
}

CHECK_STEP("02.2", "it climbs to the top, however deep it is", 2, {"02.1"}) {
  for (const int depth : {2, random_number(5, 9), 12, random_number(300, 500)}) {
    Trial trial(depth);
    Subject subject = trial.start("chroot");
    if (cwd_of(subject.stands()) == trial.machine.id_of("/")) continue;
    subject.fail_here({.expected = "from " + std::to_string(depth) +
                                   " directories below the machine's root it "
                                   "comes to stand in it",
                       .seen = "it stands in " + shown(subject, "cwd"),
                       .evidence = where(subject),
                       .hint = "climbs-too-little"});
  }
}

/// FAIL unless it has the machine's root, and reads the secret as its command.
void expect_out(Trial& trial, Subject& subject, const std::string& hint) {
  const FileId top = trial.machine.id_of("/");
  const FileId root = root_of(subject.stands());
  if (root != top) {
    subject.fail_here({.expected = "/proc/PID/root is the machine's, " + to_text(top),
                       .seen = "it is " + shown(subject, "root") + ", " + to_text(root),
                       .evidence = where(subject),
                       .hint = hint});
  }
  if (!subject.arrived()) return;
  const std::string answer = subject.ask("read " + trial.place);
  if (answer == trial.secret) return;
  fail({.expected = "the command reads " + trial.place + ", which is outside: " + trial.secret,
        .seen = "it reads " + answer,
        .evidence = where(subject),
        .hint = hint});
}

CHECK_STEP("02.3", "the machine's root is its root", 3, {"02.2"}) {
  Trial trial(random_number(2, 12));
  Subject subject = trial.start("chroot");
  expect_out(trial, subject, "root-not-taken");
}

/// The learner's program of another lab makes the jail and execs what stands behind the dashes, where
/// that lab has passed; before, the checker makes it: no lab waits for one that comes later.
struct Start {
  Words words;
  StartOptions options;
};
Start in_jail_of(const std::string& maker, const Trial& trial, StartOptions otherwise) {
  const std::string yours = program_beside(trial.machine, maker);
  if (yours.empty()) return {trial.arguments("chroot"), std::move(otherwise)};
  Words words = {"--rootfs", trial.jail.path, "--", trial.jail.program};
  const Words own = trial.arguments("chroot");
  words.insert(words.end(), own.begin(), own.end());
  return {words, {.confined_by = yours, .program = yours}};
}

StartOptions in_pivot_root(const Trial& trial) {
  return {.confine = [&trial] { enter_pivot_root(trial.jail.path); },
          .confined_by = "pivot-root --rootfs " + trial.jail.path,
          .program = trial.jail.program};
}

/// FAIL unless the command did not run, and the program said why.
void expect_closed(const Ended& ended, const std::string& jail, const std::string& ran,
                   const std::string& hint) {
  constexpr int kNeverStarted = 125;
  if (!ended.payload) expect_written(ended.err);
  if (!ended.payload && ended.status == kNeverStarted && !ended.err.empty()) return;
  fail({.expected = jail + ": no command, exit 125, and a line on stderr",
        .seen = ended.payload ? "the command ran" + ran
                              : "exit " + std::to_string(ended.status) +
                                    (ended.err.empty() ? ", and nothing on stderr" : ""),
        .evidence = ended.err,
        .hint = hint});
}
void expect_still_inside(const Ended& ended) {
  expect_closed(ended, "there is nothing above this jail", ", inside", "believes-it-is-out");
}
void expect_no_way(const Ended& ended, const std::string& jail) {
  expect_closed(ended, jail, ": the program got there by another way", "another-way");
}

CHECK_STEP("02.4a", "a jail made by pivot_root holds it, and it says so", 3, {"02.3"}) {
  Trial trial(random_number(2, 12));
  // By accident the jail shows the machine's /w: the command can be found there, and that is not out.
  mount_bind(trial.machine, trial.machine.work(""), trial.jail.path + trial.machine.work(""));
  expect_still_inside(trial.machine.finish(trial.arguments("chroot"), in_pivot_root(trial)));
}

CHECK_STEP("02.4b", "so does your lab 03's jail, where that has passed", 1, {"02.4a"}) {
  Trial trial(random_number(3, 12));
  const Start start = in_jail_of(kPivotRootProgram, trial, in_pivot_root(trial));
  expect_still_inside(trial.machine.finish(start.words, start.options));
}

CHECK_STEP("02.4c", "without CAP_SYS_CHROOT it stays, and says why", 2, {"02.4a"}) {
  Trial trial(random_number(2, 12));
  StartOptions options = trial.in_chroot(Unfinished::refused);
  options.without = {CAP_SYS_CHROOT};
  expect_refusal(trial.machine.finish(trial.arguments("chroot"), options),
                 {.what = "without CAP_SYS_CHROOT nobody gets a second root",
                  .error = EPERM,
                  .hint_when_run = "error-ignored",
                  .hint_when_mute = "error-ignored"});
}

CHECK_STEP("02.4d", "it knows outside from inside by no name", 2, {"02.4a"}) {
  Trial trial(random_number(3, 12));
  trial.finish("chroot");
  copy_names(trial.machine, trial.jail.path);  // what it made in there is outside, too
  const Start start = in_jail_of(kChrootProgram, trial, trial.in_chroot(Unfinished::refused));
  Subject subject = start_with_hints(trial.machine, start.words, start.options,
                                     {{"ended-early", "believes-it-is-in"}});
  expect_out(trial, subject, "root-not-taken");
}

CHECK_STEP("02.5a", "a descriptor that was left open leads out", 2, {"02.3"}) {
  Trial trial(random_number(3, 12), {.open = Open::outside});
  const Words before = trial.machine.list(trial.jail.path);
  Subject subject = trial.start("descriptor");
  expect_out(trial, subject, "descriptor-not-found");
  if (trial.machine.list(trial.jail.path) == before) return;
  fail({.expected = "nothing is made in the jail: a descriptor needs no second root",
        .seen = "there is something new in " + trial.jail.path,
        .hint = "another-way"});
}

CHECK_STEP("02.5b", "where none was, that way is closed", 1, {"02.5a"}) {
  Trial none(random_number(3, 12));
  expect_no_way(none.finish("descriptor"), "no descriptor is open on a directory");
  Trial inside(random_number(3, 12), {.open = Open::inside});
  expect_no_way(inside.finish("descriptor"),
                "descriptors are open on directories in the jail only");
}

CHECK_STEP("02.6a", "the root of a process outside leads out", 2, {"02.3"}) {
  Trial trial(random_number(3, 12), {.proc = true});
  auto made = std::make_unique<Sleepers>(trial.machine,
                                         Words{trial.jail.path, trial.jail.path + "/tmp", ""});
  Subject subject = trial.start("proc");
  const auto sleepers = std::move(made);  // they end before the program: nothing of ours is left
  expect_out(trial, subject, "process-not-found");
}

CHECK_STEP("02.6b", "where none is, that way is closed", 1, {"02.6a"}) {
  Trial none(random_number(3, 12));
  expect_no_way(none.finish("proc"), "the jail's /proc is empty");
  Trial inside(random_number(3, 12), {.proc = true});
  auto made = std::make_unique<Sleepers>(inside.machine,
                                         Words{inside.jail.path, inside.jail.path + "/tmp"});
  Subject subject = inside.start("proc");
  const auto sleepers = std::move(made);
  if (!subject.arrived()) return;  // how it says so was seen in the other jail
  expect_no_way({.payload = true}, "/proc shows no process outside that may be looked at");
}

/// The words of the table's line for a way; empty where there is none.
std::vector<std::string_view> row_of(std::string_view table, std::string_view way) {
  for (const std::string_view line : toolkit::lines(table)) {
    const std::vector<std::string_view> words = toolkit::words(line);
    if (!words.empty() && words.front() == way) return words;
  }
  return {};
}

CHECK_STEP("02.7", "the table: which call, which capability", 3, {"02.5a", "02.6a"}) {
  Machine machine;
  const Ended ended = machine.finish({"--table"});
  expect_written(ended.err);
  using Row = std::array<std::string_view, 3>;
  for (const auto& [way, call, capability] :
       {Row{"chroot", "chroot", "CAP_SYS_CHROOT"}, Row{"descriptor", "fchdir", "none"},
        Row{"proc", "chdir", "CAP_SYS_PTRACE"}}) {
    const std::vector<std::string_view> words = row_of(ended.out, way);
    if (words.size() == 3 && words[1] == call && words[2] == capability) continue;
    const bool wrong_call = words.size() == 3 && words[1] != call;
    fail({.expected = "a line \"" + std::string(way) +
                      " CALL CAPABILITY\": the call with which your own program comes to stand "
                      "outside, and the capability without which that fails, or none",
          .seen = words.size() == 3 ? std::string(words[1]) + ' ' + std::string(words[2])
                                    : "no such line",
          .evidence = ended.out,
          .hint = words.size() != 3 ? "table-rows"
                  : wrong_call      ? "table-call"
                                    : "table-" + std::string(way)});
  }
}

}  // namespace
