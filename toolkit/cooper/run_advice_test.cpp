#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "toolkit/cooper/report.hpp"
#include "toolkit/cooper/test_yard.hpp"
#include "toolkit/kernel/advice.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/users.hpp"
#include "toolkit/test/child.hpp"

// What `cooper run` says of each failure that docs/errors.md knows: who meets it gets the table's text.
using namespace toolkit;
using namespace toolkit::test;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

std::string error_name(int number) { return ::strerrorname_np(number); }

std::string name_of(const Advice& row) {
  const std::string subject = row.subject.empty() ? "" : ' ' + std::string(row.subject);
  return std::string(row.call) + subject + ' ' + error_name(row.error);
}

std::string text_of(const std::string& row) {
  for (const Advice& known : all_advice()) {
    if (name_of(known) == row) return std::string(known.text);
  }
  return "no such row";
}

Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// Two lines of cooper's own: what failed, and the text of that row.
void check_told(const Outcome& outcome, int status, const std::string& row) {
  CAPTURE(row);
  CAPTURE(outcome.err);
  CHECK(outcome.status == status);
  CHECK(outcome.err.starts_with("cooper: "));
  CHECK(outcome.err.ends_with("\ncooper: " + text_of(row) + '\n'));
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 2);
}

/// `cooper run` as root without one capability.
Words without(const std::string& capability, const Yard& yard, const Words& options) {
  return Words{"setpriv", "--bounding-set", '-' + capability, "--inh-caps", '-' + capability} +
         yard.boxed(options, {"true"});
}

void bad_tmpfs(Yard& yard) {
  const std::string root = yard.copy_of_root("links");
  fs::create_symlink("/nowhere", root + "/dangling");
  const auto with_tmpfs = [&](const std::string& tmpfs) {
    return run(yard.words({"--tmpfs", tmpfs, "--rootfs", root + ":O", "true"}));
  };
  check_told(with_tmpfs("/x:size=nonsense"), 125, "mount EINVAL");
  check_told(with_tmpfs("/dangling"), 125, "mount ENOENT");
  check_told(with_tmpfs("/etc/passwd"), 125, "mount ENOTDIR");
}

void busy_program(Yard& yard) {
  const std::string program = yard.own("program");
  fs::copy_file(COOPERAGE_BUSYBOX, program);
  const Fd writer = open_file(program, O_WRONLY);
  check_told(yard.box({"-v", program + ":/program"}, {"/program"}), 126, "execve ETXTBSY");
}

void without_limit(Yard& yard) {
  const Words limits = {"unshare",
                        "-Ur",
                        "sh",
                        "-c",
                        "for f in /proc/sys/user/max_*_namespaces; do echo 0 > $f; done; "
                        "exec setpriv --bounding-set -sys_admin --inh-caps -sys_admin -- \"$@\"",
                        "sh"};
  const Words cooper = yard.run_words(yard.state(), {"--rootfs", yard.rootfs() + ":O", "true"});
  check_told(run(yard.as_caller(limits + cooper)), 125, "clone3 ENOSPC");
}

void long_domain(Yard& yard) {
  const std::string name(65, 'd');
  check_told(yard.box({"--sysctl", "kernel.domainname=" + name}, {"true"}), 125,
             "setdomainname EINVAL");
}

/// Somebody else has chosen where the children of this process go.
void after_unshare(Yard& yard) {
  const Words words = {"unshare", "-U", "-r", "--pid"};
  const Words cooper = yard.run_words(yard.state(), {"--rootfs", yard.rootfs() + ":O", "true"});
  check_told(run(yard.as_caller(words + cooper)), 125, "clone3 EINVAL");
}

/// The kernel then reaps the children itself, and their status is lost.
void ignored_children(Yard& yard) {
  check_told(run(Words{"env", "--ignore-signal=CHLD"} + yard.boxed({}, {"true"})), 125,
             "wait4 ECHILD");
}

void lost_capabilities(Yard& yard) {
  check_told(run(without("setuid", yard, {"-u", "5"})), 125, "setuid EPERM");
  check_told(run(without("setgid", yard, {"-u", "5"})), 125, "setgroups EPERM");
  check_told(run(without("setpcap", yard, {})), 125, "prctl EPERM");
  const Words own = {"--userns", "private"};
  check_told(run(without("setuid", yard, own)), 125, "write uid_map EPERM");
  check_told(run(without("setgid", yard, own)), 125, "write gid_map EPERM");
}

void no_exec(Yard& yard) {
  in_child([&] {
    leave_machine();
    toolkit::bind(yard.rootfs(), yard.rootfs());
    constexpr unsigned long kFlags = MS_REMOUNT | MS_BIND | MS_NOEXEC;
    check(::mount(nullptr, yard.rootfs().c_str(), nullptr, kFlags, nullptr), "mount");
    check_told(run(yard.words({"--rootfs", yard.rootfs(), "true"})), 126, "execve EACCES");
  });
}

/// A proc and a sysfs that something covers, as another container's are.
void covered_kernel(Yard& yard) {
  const auto start_below = [&](const std::string& covered) {
    Outcome outcome;
    in_child([&] {
      leave_machine();
      mount("tmpfs", covered, "tmpfs", 0);
      const bool proc = covered.starts_with("/proc");
      check_told(yard.box({}, {"true"}), 125, proc ? "mount proc EPERM" : "mount sys EPERM");
    });
  };
  start_below("/proc/fs");
  start_below("/sys/kernel");
}

/// A root to chroot to, with all that cooper needs there.
std::string jail_of(const Yard& yard) {
  const std::string jail = yard.copy_of_root("jail");
  fs::copy_file(yard.cooper(), jail + "/bin/cooper");
  for (const char* device : {"null", "zero", "full", "tty", "random", "urandom"}) {
    const Fd made = open_file(jail + "/dev/" + device, O_WRONLY | O_CREAT, 0666);
  }
  return jail;
}

Words in_jail(const std::string& jail, const Words& options) {
  return Words{"chroot"} + options +
         Words{jail, "/bin/cooper", "--state", "/tmp/state", "run", "--rootfs", "/:O", "true"};
}

void in_chroot(Yard& yard) {
  const std::string jail = jail_of(yard);
  in_child([&] {
    leave_machine();
    mount("proc", jail + "/proc", "proc", 0);
    check_told(run(in_jail(jail, {})), 125, "mount EINVAL");
    toolkit::bind(jail, jail, Recurse::yes);
    check_told(run(in_jail(jail, {})), 125, "pivot_root EINVAL");
    fs::permissions(jail + "/tmp", fs::perms(0777));
    fs::remove_all(jail + "/tmp/state");
    check_told(run(in_jail(jail, {"--userspec=65534:65534"})), 125, "clone3 EPERM");
  });
}

/// What is told in one line, since cooper knows more of it than the table.
void bad_programs(Yard& yard) {
  const std::string lost = yard.own_file("lost", "#!/none/interpreter\n");
  const std::string words = yard.own_file("words", "true\n");
  for (const std::string& file : {lost, words}) fs::permissions(file, fs::perms(0755));
  check_one_line(yard.box({"-v", lost + ":/lost"}, {"/lost"}), 127, "interpreter or loader");
  check_one_line(yard.box({"-v", words + ":/words"}, {"/words"}), 126, "starts with '#!'");
}

/// Rows that are seen above.
const std::vector<std::string>& met() {
  static const std::vector<std::string> kAll = {
      "pivot_root EINVAL",    "clone3 EPERM",        "clone3 EINVAL",   "clone3 ENOSPC",
      "mount proc EPERM",     "mount sys EPERM",     "mount EINVAL",    "mount ENOENT",
      "mount ENOTDIR",        "write gid_map EPERM", "setgroups EPERM", "setuid EPERM",
      "write uid_map EPERM",  "prctl EPERM",         "execve ENOENT",   "execve EACCES",
      "setdomainname EINVAL", "execve ENOEXEC",      "execve ETXTBSY",  "wait4 ECHILD"};
  return kAll;
}

/// The calls that `cooper run` makes, of those that have rows; of the others it meets none.
const std::set<std::string_view>& made() {
  static const std::set<std::string_view> kAll = {
      "pivot_root", "clone3",      "setns",         "mount",     "umount2", "mknodat",
      "write",      "openat",      "setgroups",     "setuid",    "setgid",  "capset",
      "prctl",      "execve",      "wait4",         "kill",      "linkat",  "unlinkat",
      "mkdir",      "sethostname", "setdomainname", "symlinkat", "rename",  "mount_setattr"};
  return kAll;
}

/// Why it never meets a row, or any row of a call.
const std::map<std::string, std::string>& unmet() {
  static const std::map<std::string, std::string> kAll = {
      {"pivot_root EBUSY", "its new root is a mount that it made itself"},
      {"pivot_root EPERM",
       "it is in a mount namespace that it made; without the right clone3 fails"},
      {"clone3 ENOMEM", "the child is the first one of a pid namespace"},
      {"setns", "what it joins is looked at before: whose it is, and of what kind"},
      {"sethostname", "the name's length is checked before, and the uts namespace is its own"},
      {"setdomainname EPERM", "the uts namespace is its own, or --sysctl is refused"},
      {"mount EPERM", "it is in a mount namespace that it made; without the right clone3 fails"},
      {"mount EBUSY", "each filesystem is new, and nobody has a file open in it"},
      {"mount ENODEV", "without overlay it copies the root, and says so"},
      {"umount2", "it detaches one mount, the old root, which is there"},
      {"mknodat", "devices are bound, not made"},
      {"write uid_map EINVAL", "the lines are its own"},
      {"write setgroups EPERM", "it writes deny, before the map"},
      {"openat uid_map EACCES", "the parent writes the map, before any id is changed"},
      {"openat gid_map EACCES", "the parent writes the map, before any id is changed"},
      {"openat setgroups EACCES", "the parent writes it, before any id is changed"},
      {"write timens_offsets EACCES", "it makes no time namespace"},
      {"setuid EINVAL", "an id that is not mapped is refused before"},
      {"setgid EINVAL", "an id that is not mapped is refused before"},
      {"setgid EPERM", "setgroups comes first and wants the same capability"},
      {"capset EPERM", "it keeps only what it has"},
      {"kill", "it signals by a descriptor, and one that has ended is no error"},
      {"linkat EXDEV", "a record's name and its file lie in one directory"},
      {"unlinkat EBUSY", "nothing is mounted on what it removes"},
      {"write cgroup.procs ENOSPC", "it joins no control group yet"},
      {"write cgroup.procs EBUSY", "it joins no control group yet"},
  };
  return kAll;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("advice: cooper tells each row that its line does not tell itself") {
    for (const Advice& known : all_advice()) {
      CAPTURE(name_of(known));
      if (known.call == "mknodat") continue;  // it makes empty files by that call
      const SystemError error(known.error, known.call, "/some/" + std::string(known.subject));
      const Report report = explain(error);
      CHECK(report.line.starts_with(error.what()));
      CHECK(report.advice == known.text);
      CHECK(report.status == 125);
    }
    CHECK(explain(SystemError(EPERM, "mknod", "/etc/hosts")).advice.empty());
    CHECK(explain(SystemError(EDOM, "mount", "/")).advice.empty());
    CHECK(explain(std::runtime_error("words")).advice.empty());
  }

  TEST_CASE("advice: a row is one that cooper meets here, or there is a reason why not") {
    for (const Advice& known : all_advice()) {
      const std::string row = name_of(known);
      CAPTURE(row);
      if (!made().contains(known.call)) continue;
      const bool seen = std::find(met().begin(), met().end(), row) != met().end();
      const bool excused = unmet().contains(row) || unmet().contains(std::string(known.call));
      CHECK(seen != excused);
    }
  }
}

TEST_SUITE("tool") {
  AS_BOTH("advice: a tmpfs that can't be mounted", bad_tmpfs);
  AS_BOTH("advice: a program that is written", busy_program);
  AS_BOTH("advice: a domain name that is too long", long_domain);
  AS_BOTH("advice: no namespace is left", without_limit);
  AS_BOTH("advice: started by a process that unshared its pid namespace", after_unshare);
  AS_BOTH("advice: started with SIGCHLD ignored", ignored_children);
  AS_BOTH("advice: a file that the kernel can't run", bad_programs);

  TEST_CASE("advice: root that lacks a capability [root]") {
    on_yard(Caller::root, lost_capabilities);
  }
  TEST_CASE("advice: a root that is mounted noexec [root]") { on_yard(Caller::root, no_exec); }
  TEST_CASE("advice: a machine whose proc and sysfs are covered [root] [userns]") {
    SKIP_UNLESS(is_root(), "only root can cover them");
    on_yard(Caller::nobody, covered_kernel);
  }
  TEST_CASE("advice: in a chroot [root]") { on_yard(Caller::root, in_chroot); }
}
