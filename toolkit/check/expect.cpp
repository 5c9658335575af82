#include "toolkit/check/expect.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "toolkit/check/mounts.hpp"
#include "toolkit/check/observe.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

/// "/proc/CHILD/ns/mnt -> mnt:[4026531840]"
std::string file_of(const std::string& of, Ns kind, ino_t inode) {
  const std::string name = proc_name(kind);
  return "/proc/" + of + "/ns/" + name + " -> " + name + ":[" + std::to_string(inode) + ']';
}

std::string both(const std::string& of, ino_t own, const Machine& machine, Ns kind) {
  return file_of(of, kind, own) + '\n' + file_of("1", kind, machine.namespace_id(kind));
}

}  // namespace

void expect_own_namespace(Subject& subject, const Machine& machine, Ns kind) {
  const ino_t own = toolkit::namespace_id(subject.stands(), kind);
  if (own != machine.namespace_id(kind)) return;
  subject.fail_here({.expected = std::string("the command's namespace (") + proc_name(kind) +
                                 ") is another than the machine's",
                     .seen = "the same inode for both",
                     .evidence = both("CHILD", own, machine, kind),
                     .hint = "same-namespace"});
}

void expect_runner_stays(Subject& subject, const Machine& machine, Ns kind) {
  const ino_t own = toolkit::namespace_id(subject.pid(), kind);
  if (own == machine.namespace_id(kind)) return;
  subject.fail_here(
      {.expected = std::string("your program is where it was started: in the machine's "
                               "namespace (") +
                   proc_name(kind) + ')',
       .seen = "it has left it, too",
       .evidence = both("YOURS", own, machine, kind),
       .hint = "runner-moved"});
}

void expect_no_peers(Subject& subject, const Machine& machine) {
  const std::set<std::string> machines = peer_groups(mounts_of(machine.keeper()));
  for (const MountInfo& mount : all_mounts(subject.stands())) {
    const std::set<std::string> groups = peer_groups({mount});
    if (groups.empty() || !machines.contains(*groups.begin())) continue;
    subject.fail_here(
        {.expected = "no mount of the command is in a peer group of the machine",
         .seen = mount.target + " is: what is mounted below it appears on the machine",
         .evidence = "/proc/PID/mountinfo: " + to_text(mount),
         .hint = mount.target == "/" ? "still-shared" : "submount-shared"});
  }
}

void expect_no_masters(Subject& subject, const std::string& hint) {
  for (const MountInfo& mount : all_mounts(subject.stands())) {
    if (master_of(mount).empty()) continue;
    subject.fail_here({.expected = "each mount of the command is private: seventh field empty",
                       .seen = mount.target + " is a slave: it hears of the machine's mounts",
                       .evidence = "/proc/PID/mountinfo: " + to_text(mount),
                       .hint = hint});
  }
}

void expect_read_only(Subject& subject, const std::string& place, const std::string& hint,
                      const std::vector<std::string_view>& kept) {
  const std::string answer = subject.ask("write " + place + "/word by-the-command");
  const Mounts mounts = mounts_of(subject.payload());
  const MountInfo* mount = mount_on(mounts, place);
  if (mount == nullptr) {
    fail({.expected = place + " is a mount with ro",
          .seen = "nothing is mounted there",
          .evidence = "/proc/PID/mountinfo:\n" + to_text(mounts),
          .hint = hint});
  }
  const bool filesystem = split(mount->super_options, ',').front() == "ro";
  const bool done = lacking(*mount, {"ro"}).empty() && answer == "EROFS";
  const std::string lost = lacking(*mount, kept);
  if (done && !filesystem && lost.empty()) return;
  fail({.expected =
            place + " is a mount with ro beside its other flags, and writing there gives EROFS",
        .seen = !done        ? "writing " + place + "/word gives " + answer
                : filesystem ? "the filesystem itself became read-only, wherever it is shown"
                             : "it has lost " + lost,
        .evidence = "/proc/PID/mountinfo: " + to_text(*mount) +
                    "; the filesystem's own: " + mount->super_options,
        .hint = !done        ? hint
                : filesystem ? "filesystem-read-only"
                             : "flags-lost"});
}

void expect_no_descriptors(const Subject& subject, const std::string& hint) {
  for (const Descriptor& open : descriptors(subject.payload())) {
    if (open.number <= STDERR_FILENO) continue;
    fail({.expected = "the command has descriptors 0, 1 and 2, and no others",
          .seen = "descriptor " + std::to_string(open.number) + " as well: " + open.target,
          .evidence = "/proc/PID/fd of the command",
          .hint = hint});
  }
}

void again_if_busy(const std::function<void()>& check) {
  constexpr int kTimes = 3;
  for (int tries = 1;; ++tries) {
    try {
      return check();
    } catch (const Failed& failed) {
      const bool busy = failed.failure.seen.find(std::strerror(EAGAIN)) != std::string::npos;
      if (!busy || tries == kTimes) throw;
    }
  }
}

KeptMounts::KeptMounts(const Machine& machine) : machine_(machine), before_(now()) {}

std::string KeptMounts::now() const {
  return read_file("/proc/" + std::to_string(machine_.keeper()) + "/mountinfo");
}

void KeptMounts::expect(const std::string& when, const std::string& gone) const {
  const std::string seen = now();
  if (seen == before_) return;
  const bool more = lines(seen).size() > lines(before_).size();
  const bool less = lines(seen).size() < lines(before_).size();
  fail({.expected = "/proc/1/mountinfo reads as before your program started",
        .seen = when + (more   ? ", there is a mount more"
                        : less ? ", mounts of the machine have gone"
                               : ", it reads otherwise"),
        .evidence = difference(before_, seen),
        .hint = more   ? "mounted-outside"
                : less ? gone
                       : "host-changed"});
}

}  // namespace toolkit::checks
