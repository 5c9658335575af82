#include "toolkit/check/check.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <set>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/rootfs.hpp"

namespace {

using namespace toolkit::checks;  // NOLINT: what a check is written with
using toolkit::Ns;

using Words = std::vector<std::string>;

SIGNATURES({"chroot", EPERM, "chroot-refused"}, {"chdir", ENOENT, "old-name"},
           {"mknod", EPERM, "mknod-refused"}, {"mknodat", EPERM, "mknod-refused"},
           {"mknod", EEXIST, "device-stale"}, {"mknodat", EEXIST, "device-stale"});

std::string link_of(const std::string& name, FileId id) {
  return "/proc/PID/" + name + " is " + to_text(id);
}

/// "--rootfs DIR … -- CMD …"
Words command_line_of(const Rootfs& rootfs, const Words& command, const Words& options = {}) {
  Words words = {"--rootfs", rootfs.path};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back("--");
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

/// The command, or where the program ended that was to become it.
Subject run(Machine& machine, const Rootfs& rootfs, const StartOptions& options) {
  Subject subject = machine.start(command_line_of(rootfs, {rootfs.probe, machine.word()}), options);
  if (subject.stands() != 0) return subject;
  try {
    subject.insist();
  } catch (Failed& failed) {
    // How the probe ends when it has no standard output to say hello on.
    if (failed.failure.seen.ends_with("exit 0")) failed.failure.hint = "standard-lost";
    throw;
  }
  return subject;
}

/// FAIL with the program's own reason, where it gave up. That a later step is open is none, and that
/// the command was not found is a consequence of what is looked at.
void expect_no_error(Subject& subject) {
  const std::string& said = subject.err();
  if (said.find("is not written yet") != said.npos) return;
  try {
    subject.insist();
  } catch (Failed& failed) {
    if (failed.failure.seen.find("exit 127") != std::string::npos) return;
    // No signature: a program may meet ENOENT of unlink, and does well to go on.
    if (said.find("unlink") != said.npos && said.find(std::strerror(ENOENT)) != said.npos) {
      failed.failure.hint = "device-not-there";
    }
    throw;
  }
}

CHECK_STEP("01.1", "the rootfs is its root directory", 2, {}) {
  Machine machine;
  const Rootfs rootfs = machine.make_rootfs();
  Subject subject = run(machine, rootfs, {.unfinished = Unfinished::held});
  const FileId seen = root_of(subject.stands());
  if (seen == rootfs.id) return;
  const FileId machines = machine.id_of("/");
  if (seen == machines) expect_no_error(subject);
  fail({.expected = link_of("root", rootfs.id) + ", which is " + rootfs.path,
        .seen = link_of("root", seen) + (seen == machines ? ", the machine's own" : ""),
        .evidence = "the link /proc/PID/root, followed",
        .hint = seen == machines ? "root-unchanged" : "other-root"});
}

CHECK_STEP("01.2", "its working directory is inside", 2, {"01.1"}) {
  Machine machine;
  const Rootfs rootfs = machine.make_rootfs();
  Subject subject = run(machine, rootfs, {.unfinished = Unfinished::held});
  const FileId seen = cwd_of(subject.stands());
  if (seen == rootfs.id) return;
  expect_no_error(subject);
  fail({.expected = link_of("cwd", rootfs.id) + ", as /proc/PID/root",
        .seen = link_of("cwd", seen) + ", outside",
        .evidence = subject.arrived()
                        ? "the command finds above it, by \"..\": " + subject.ask("list ..")
                        : "the link /proc/PID/cwd, followed",
        .hint = "cwd-outside"});
}

/// Will a descriptor of a process end at its exec? See /proc/PID/fdinfo in proc(5).
bool is_close_on_exec(pid_t pid, int number) {
  const std::string info =
      toolkit::read_file("/proc/" + std::to_string(pid) + "/fdinfo/" + std::to_string(number));
  constexpr std::string_view kFlags = "flags:";
  const std::size_t at = info.find(kFlags);
  return at != info.npos &&
         (std::stoul(info.substr(at + kFlags.size()), nullptr, 8) & O_CLOEXEC) != 0;
}

/// FAIL unless the process has 0, 1 and 2, and keeps them over its exec.
void expect_standard_descriptors(const Subject& subject) {
  const std::vector<Descriptor> all = descriptors(subject.stands());
  for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number) {
    const bool open = std::any_of(all.begin(), all.end(),
                                  [number](const Descriptor& one) { return one.number == number; });
    if (open && !is_close_on_exec(subject.stands(), number)) continue;
    fail({.expected = "descriptors 0, 1 and 2 are open, as your program got them",
          .seen = "descriptor " + std::to_string(number) +
                  (open ? " is marked close-on-exec" : " is closed"),
          .evidence = "/proc/PID/fd and /proc/PID/fdinfo",
          .hint = "standard-lost"});
  }
}

CHECK_STEP("01.3", "0, 1 and 2, and no descriptor outside", 2, {"01.2"}) {
  Machine machine;
  const Rootfs rootfs = machine.make_rootfs();
  const std::string secret = machine.make_file(machine.work(random_name()), random_name(12));
  Subject subject = run(
      machine, rootfs,
      {.leaks = {random_number(50, 70), random_number(71, 90)}, .unfinished = Unfinished::held});
  expect_standard_descriptors(subject);
  for (const Descriptor& open : descriptors(subject.stands())) {
    if (open.number <= STDERR_FILENO || is_close_on_exec(subject.stands(), open.number)) continue;
    expect_no_error(subject);
    const std::string number = std::to_string(open.number);
    std::string evidence = "/proc/PID/fd/" + number;
    if (subject.arrived()) {
      evidence += "; the command opens " + secret +
                  " by it: " + subject.ask("openat " + number + ' ' + secret.substr(1));
    }
    fail({.expected = "descriptors 0, 1 and 2",
          .seen = "descriptor " + number + " as well: it leads to " + to_text(open.id),
          .evidence = evidence,
          .hint = "descriptor-outside"});
  }
}

struct Device {
  const char* name;
  const char* number;
};
constexpr std::array kDevices{Device{"null", "1:3"},    Device{"zero", "1:5"},
                              Device{"full", "1:7"},    Device{"random", "1:8"},
                              Device{"urandom", "1:9"}, Device{"tty", "5:0"}};

/// What stat(2) says of a file, seen from the machine's root: "character device 1:3, mode 0666".
struct Node {
  std::string kind = {};
  std::string mode = {};
};
Node node_at(const Machine& machine, const std::string& path) {
  const std::string text = machine.inside(Ns::mount, [&] {
    struct stat status {};
    if (::lstat(path.c_str(), &status) == -1) return std::string("nothing 0");
    std::array<char, 8> mode{};
    std::snprintf(mode.data(), mode.size(), "%04o", status.st_mode & 07777U);
    const std::string number =
        std::to_string(major(status.st_rdev)) + ':' + std::to_string(minor(status.st_rdev));
    const std::string kind = S_ISCHR(status.st_mode)   ? "character"
                             : S_ISBLK(status.st_mode) ? "block"
                             : S_ISREG(status.st_mode) ? "ordinary"
                                                       : "other";
    return kind + ':' + number + ' ' + mode.data();
  });
  return {.kind = text.substr(0, text.find(' ')), .mode = text.substr(text.find(' ') + 1)};
}

/// FAIL unless all six devices are in that directory.
void expect_devices(const Machine& machine, const std::string& directory,
                    const std::string& wrong_type) {
  for (const auto& [name, number] : kDevices) {
    const std::string path = directory + '/' + name;
    const Node node = node_at(machine, path);
    const std::string expected = std::string("character:") + number;
    if (node.kind == expected && node.mode == "0666") continue;
    const std::string hint = node.kind == "nothing"  ? "device-missing"
                             : node.kind == expected ? "device-mode"
                                                     : wrong_type;
    fail({.expected = path + ": " + expected + ", mode 0666",
          .seen =
              node.kind == "nothing" ? "nothing of that name" : node.kind + ", mode " + node.mode,
          .evidence = "stat(2) of it, from outside",
          .hint = hint});
  }
}

CHECK_STEP("01.4a", "--dev: six devices, for everybody", 2, {"01.2"}) {
  Machine machine({.powers = Powers::devices});
  const Rootfs rootfs = machine.make_rootfs();
  Subject subject =
      machine.start(command_line_of(rootfs, {rootfs.probe, machine.word()}, {"--dev"}),
                    {.unfinished = Unfinished::held});
  if (node_at(machine, rootfs.path + "/dev/null").kind == "nothing") expect_no_error(subject);
  expect_devices(machine, rootfs.path + "/dev", "device-type");
  if (!subject.arrived()) return;
  const std::string answer = subject.ask("open /dev/null");
  if (answer == "ok") return;
  fail({.expected = "the command can open /dev/null",
        .seen = "open(2) in the command says " + answer,
        .hint = "device-mode"});
}

CHECK_STEP("01.4b", "--dev: in place of what has the name", 1, {"01.4a"}) {
  Machine machine({.powers = Powers::devices});
  const Rootfs rootfs = machine.make_rootfs();
  const Device& stale = kDevices.at(static_cast<std::size_t>(random_number(0, 5)));
  machine.make_file(rootfs.path + "/dev/" + stale.name, "not a device");
  machine.finish(command_line_of(rootfs, {rootfs.probe, machine.word()}, {"--dev"}));
  expect_devices(machine, rootfs.path + "/dev", "device-stale");
}

CHECK_STEP("01.4c", "--dev: inside, whatever dev is a link to", 1, {"01.4a"}) {
  Machine machine({.powers = Powers::devices});
  const Rootfs rootfs = machine.make_rootfs();
  const std::string elsewhere = machine.work(random_name());
  const std::string names = machine.inside(Ns::mount, [&] {
    // The same path leads to a directory on the machine, and to another one in the rootfs.
    toolkit::make_directories(elsewhere);
    toolkit::make_directories(rootfs.path + elsewhere);
    toolkit::check(::rmdir((rootfs.path + "/dev").c_str()), "rmdir");
    toolkit::check(::symlink(elsewhere.c_str(), (rootfs.path + "/dev").c_str()), "symlink");
    return std::string();
  });
  machine.finish(command_line_of(rootfs, {rootfs.probe, machine.word()}, {"--dev"}));
  const Words outside = machine.list(elsewhere);
  if (!outside.empty()) {
    fail({.expected = "nothing appears in " + elsewhere + ", which is outside",
          .seen = std::to_string(outside.size()) + " files, the first is " + outside.front(),
          .evidence = rootfs.path + "/dev is a symbolic link to " + elsewhere,
          .hint = "device-outside"});
  }
  expect_devices(machine, rootfs.path + elsewhere, "device-type");
}

CHECK_STEP("01.5a", "the command comes from the rootfs", 2, {"01.2"}) {
  Machine machine;
  const Rootfs rootfs = machine.make_rootfs();
  try {
    // A relative path: from the machine's /w it is the machine's probe, from inside the rootfs'.
    const Subject subject = machine.start(command_line_of(rootfs, {"./probe", machine.word()}));
    const FileId seen = exe_of(subject.payload());
    if (seen != machine.id_of(rootfs.path + rootfs.probe)) {
      fail({.expected = "./probe is " + rootfs.path + "/probe",
            .seen = "it is " + to_text(seen) + ", the machine's /w/probe",
            .evidence = "/proc/PID/exe of the command",
            .hint = "host-binary"});
    }
  } catch (Failed& failed) {
    if (failed.failure.seen.find("exit 127") != std::string::npos) {
      failed.failure.hint = "exec-inside";
    }
    throw;
  }
  const Ended ended = machine.finish(command_line_of(rootfs, {machine.probe(), machine.word()}));
  if (!ended.payload) return;
  fail({.expected = "no command: the rootfs has no " + machine.probe(),
        .seen = "one ran: the machine's " + machine.probe(),
        .evidence = "its first message, and /proc/PID/exe",
        .hint = "host-binary"});
}

CHECK_STEP("01.5b", "127: no such command; 126: it can't run", 2, {"01.5a"}) {
  Machine machine;
  const Rootfs rootfs = machine.make_rootfs();
  const auto expect = [&](const std::string& command, int error, const std::string& why) {
    const int status = error == ENOENT ? 127 : 126;
    const int other = error == ENOENT ? 126 : 127;
    const Ended ended = machine.finish(command_line_of(rootfs, {command}));
    if (ended.status != status) {
      // The line on stderr may have the reason, and the status be that of another one.
      fail({.expected = "exit " + std::to_string(status) + ": " + command + ' ' + why,
            .seen = "exit " + std::to_string(ended.status),
            .evidence = ended.err,
            .hint = ended.status == other && ended.err.find(std::strerror(error)) != ended.err.npos
                        ? "errno-late"
                        : "exec-status"});
    }
    if (ended.err.find(command) != ended.err.npos) return;
    fail({.expected = "a line on stderr that names " + command + " and says why it can't run",
          .seen = ended.err.empty() ? "nothing on stderr" : "other lines on stderr",
          .evidence = ended.err,
          .hint = "exec-silent"});
  };
  expect('/' + random_name(), ENOENT, "is not in the rootfs");
  expect("/usr/bin/true", ENOENT, "is on the machine, and not in the rootfs");
  expect(rootfs.canary, EACCES, "has no x bit");
}

}  // namespace
