#include "toolkit/check/expect.hpp"

#include "toolkit/check/mounts.hpp"
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

KeptMounts::KeptMounts(const Machine& machine) : machine_(machine), before_(now()) {}

std::string KeptMounts::now() const {
  return read_file("/proc/" + std::to_string(machine_.keeper()) + "/mountinfo");
}

void KeptMounts::expect(const std::string& when) const {
  const std::string seen = now();
  if (seen == before_) return;
  const bool more = lines(seen).size() > lines(before_).size();
  fail({.expected = "/proc/1/mountinfo reads as before your program started",
        .seen = when + (more ? ", there is a mount more" : ", it reads otherwise"),
        .evidence = difference(before_, seen),
        .hint = more ? "mounted-outside" : "host-changed"});
}

}  // namespace toolkit::checks
