#include "toolkit/check/check.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <unistd.h>

#include <filesystem>

#include "toolkit/check/furnish.hpp"
#include "toolkit/check/jail.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"

namespace {

using namespace toolkit::checks;  // NOLINT: what a check is written with

using Words = std::vector<std::string>;

SIGNATURES({"chroot", EPERM, "chroot-refused"}, {"mkdir", EEXIST, "cell-is-there"},
           {"mkdirat", EEXIST, "cell-is-there"}, {"chroot", ENOENT, "no-cell"});

constexpr int kNeverStarted = 125;

/// What a jail has that it should not have.
struct Holes {
  bool proc = false;        ///< the machine's /proc is shown in it
  bool descriptor = false;  ///< a directory outside is left open
};

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
                  if (holes.descriptor) leave_open();
                  enter_chroot(jail.path);
                },
            .confined_by = "chroot " + jail.path,
            .program = jail.program};
  }
  void leave_open() const {
    const toolkit::Fd inside = toolkit::open_file(jail.path + "/tmp", O_RDONLY | O_DIRECTORY);
    const toolkit::Fd file = toolkit::open_file("/proc/self/status", O_RDONLY);
    const toolkit::Fd outside = toolkit::open_file(outer, O_RDONLY | O_DIRECTORY);
    toolkit::check(::dup2(inside.get(), number - 2), "dup2");
    toolkit::check(::dup2(file.get(), number - 1), "dup2");
    toolkit::check(::dup2(outside.get(), number), "dup2");
  }
  Subject start(const std::string& how) {
    return machine.start(arguments(how), in_chroot(Unfinished::held));
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

bool is_below(const std::string& path, const std::string& directory) {
  return path.starts_with(directory + '/');
}

std::string where(Subject& subject) {
  return "/proc/PID/root -> " + link_of(subject.stands(), "root") + "\n/proc/PID/cwd -> " +
         link_of(subject.stands(), "cwd");
}

CHECK_STEP("02.1", "its working directory is outside of its root", 2, {}) {
  Trial trial(random_number(3, 6));
  Subject subject = trial.start("chroot");
  const std::string root = link_of(subject.stands(), "root");
  const std::string cwd = link_of(subject.stands(), "cwd");
  const std::string& jail = trial.jail.path;
  const auto fail_with = [&](const std::string& seen, const std::string& hint) {
    subject.fail_here(
        {.expected = "its root is a directory in " + jail + ", and it stands above it",
         .seen = seen,
         .evidence = where(subject),
         .hint = hint,
         .signatures = Consult::always});
  };
  if (root == jail) fail_with("its root is still " + jail, "no-second-root");
  if (is_below(root, jail) && (cwd == root || is_below(cwd, root))) {
    fail_with("it has another root, and stands in it", "stands-inside");
  }
}

CHECK_STEP("02.2", "it climbs to the top, however deep it is", 2, {"02.1"}) {
  for (const int depth : {2, random_number(5, 9), 12, random_number(20, 40)}) {
    Trial trial(depth);
    Subject subject = trial.start("chroot");
    if (cwd_of(subject.stands()) == trial.machine.id_of("/")) continue;
    const std::string cwd = link_of(subject.stands(), "cwd");
    subject.fail_here({.expected = "from " + std::to_string(depth) +
                                   " directories below the machine's root it "
                                   "comes to stand in it",
                       .seen = "it stands in " + cwd,
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
                       .seen = "it is " + link_of(subject.stands(), "root") + ", " + to_text(root),
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

/// The same, started by another program, which makes the jail and execs what stands behind the dashes.
StartOptions in_jail_of(const std::string& program) {
  return {.confined_by = program, .program = program};
}
Words behind(const Trial& trial, const std::string& how) {
  Words words = {"--rootfs", trial.jail.path, "--", trial.jail.program};
  const Words own = trial.arguments(how);
  words.insert(words.end(), own.begin(), own.end());
  return words;
}

/// FAIL unless the command did not run, and the program said why.
void expect_still_inside(const Ended& ended, const std::string& jail, const std::string& hint) {
  if (!ended.payload) expect_written(ended.err);
  if (!ended.payload && ended.status == kNeverStarted && !ended.err.empty()) return;
  fail({.expected = jail + ": no command, exit 125, and a line on stderr",
        .seen = ended.payload ? "the command ran, inside"
                              : "exit " + std::to_string(ended.status) +
                                    (ended.err.empty() ? ", and nothing on stderr" : ""),
        .evidence = ended.err,
        .hint = hint});
}

CHECK_STEP("02.4a", "a jail made by pivot_root holds it, and it says so", 3, {"02.3"}) {
  Trial trial(random_number(2, 12));
  // By accident the jail shows the machine's /w: the command can be found there, and that is not out.
  mount_bind(trial.machine, trial.machine.work(""), trial.jail.path + trial.machine.work(""));
  StartOptions options{.confine = [&trial] { enter_pivot_root(trial.jail.path); },
                       .confined_by = "pivot-root --rootfs " + trial.jail.path,
                       .program = trial.jail.program};
  expect_still_inside(trial.machine.finish(trial.arguments("chroot"), options),
                      "there is nothing above this jail", "believes-it-is-out");
}

CHECK_STEP("02.4b", "and so does the one that your lab 03 makes", 1, {"02.4a"}) {
  Trial trial(random_number(3, 12));
  const std::string yours = program_beside(trial.machine, "pivot-root");
  if (yours.empty()) skip("lab 03 has not been passed here", "./lab check 03");
  expect_still_inside(trial.machine.finish(behind(trial, "chroot"), in_jail_of(yours)),
                      "there is nothing above this jail", "believes-it-is-out");
}

CHECK_STEP("02.4c", "without CAP_SYS_CHROOT it stays, and says so", 2, {"02.4a"}) {
  Trial trial(random_number(2, 12));
  StartOptions options = trial.in_chroot(Unfinished::refused);
  options.without = {CAP_SYS_CHROOT};
  expect_still_inside(trial.machine.finish(trial.arguments("chroot"), options),
                      "without CAP_SYS_CHROOT nobody gets a second root", "error-ignored");
}

CHECK_STEP("02.4d", "out of the jail that your lab 01 makes", 2, {"02.4a"}) {
  Trial trial(random_number(3, 12));
  const std::string yours = program_beside(trial.machine, "chroot");
  if (yours.empty()) skip("lab 01 has not been passed here", "./lab check 01");
  Subject subject = trial.machine.start(behind(trial, "chroot"), in_jail_of(yours));
  expect_out(trial, subject, "root-not-taken");
}

CHECK_STEP("02.5a", "a descriptor that was left open leads out", 2, {"02.3"}) {
  Trial trial(random_number(3, 12), {.descriptor = true});
  Subject subject = trial.start("descriptor");
  expect_out(trial, subject, "descriptor-not-found");
}

CHECK_STEP("02.5b", "where none was, that way is closed", 1, {"02.5a"}) {
  Trial trial(random_number(3, 12));
  expect_still_inside(
      trial.machine.finish(trial.arguments("descriptor"), trial.in_chroot(Unfinished::refused)),
      "no descriptor is open on a directory outside", "another-way");
}

/// A process outside that may be looked at.
class Bystander {
 public:
  explicit Bystander(Machine& machine)
      : machine_(machine), starter_(machine.spawn([] {
          ::execl("/usr/bin/sleep", "sleep", "1000", nullptr);
          toolkit::throw_errno("execve", "/usr/bin/sleep");
        })) {
    for (int i = 0; i < 100'000 && !runs(); ++i) ::sched_yield();  // NOLINT: some seconds at most
  }
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;
  /// Its parent must see its end, or nobody would reap it, and the machine would not end.
  ~Bystander() {
    for (const pid_t pid : machine_.processes()) {
      if (activity_of(pid).name == "sleep") ::kill(pid, SIGKILL);
    }
    starter_.wait();
  }

 private:
  /// Before its exec it is a copy of the checker, which nobody on the machine may look at.
  bool runs() const {
    for (const pid_t pid : machine_.processes()) {
      if (activity_of(pid).name == "sleep") return true;
    }
    return false;
  }
  Machine& machine_;
  toolkit::Process starter_;
};

CHECK_STEP("02.6a", "the root of a process outside leads out", 2, {"02.3"}) {
  Trial trial(random_number(3, 12), {.proc = true});
  auto made = std::make_unique<Bystander>(trial.machine);
  Subject subject = trial.start("proc");
  const auto outside = std::move(made);  // it ends before the program: nothing of ours is left then
  expect_out(trial, subject, "process-not-found");
}

CHECK_STEP("02.6b", "without /proc, that way is closed", 1, {"02.6a"}) {
  Trial trial(random_number(3, 12));
  expect_still_inside(
      trial.machine.finish(trial.arguments("proc"), trial.in_chroot(Unfinished::refused)),
      "the jail's /proc is empty", "another-way");
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
  struct Row {
    std::string_view way, call, capability;
  };
  for (const Row& row :
       {Row{"chroot", "chroot", "CAP_SYS_CHROOT"}, Row{"descriptor", "fchdir", "none"},
        Row{"proc", "chdir", "CAP_SYS_PTRACE"}}) {
    const std::vector<std::string_view> words = row_of(ended.out, row.way);
    if (words.size() == 3 && words[1] == row.call && words[2] == row.capability) continue;
    const bool wrong_call = words.size() == 3 && words[1] != row.call;
    fail({.expected = "a line \"" + std::string(row.way) +
                      " CALL CAPABILITY\": the call with which your own program comes to stand "
                      "outside, and the capability without which that fails, or none",
          .seen = words.size() == 3 ? std::string(words[1]) + ' ' + std::string(words[2])
                                    : "no such line",
          .evidence = ended.out,
          .hint = words.size() != 3 ? "table-rows"
                  : wrong_call      ? "table-call"
                                    : "table-" + std::string(row.way)});
  }
}

}  // namespace
