#include <linux/capability.h>

#include <string_view>

#include "toolkit/course/doctor/diagnosis.hpp"

namespace toolkit::course {
namespace {

/// What a capability is needed for here, as root and outside a user namespace.
struct Use {
  unsigned capability;
  const char* lost;
};
constexpr Use kUses[] = {
    {CAP_SYS_ADMIN, "mounts and namespaces"},
    {CAP_NET_ADMIN, "links, addresses, nftables (08, 23, 24)"},
    {CAP_SYS_RESOURCE, "raising rlimits, lowering oom_score_adj"},
    {CAP_SYS_CHROOT, "chroot (01, 02)"},
    {CAP_MKNOD, "device nodes (01, 16)"},
    {CAP_SETUID, "becoming another user (09, 18)"},
    {CAP_SETGID, "becoming another group (09, 18)"},
    {CAP_SETPCAP, "dropping capabilities (18)"},
    {CAP_SETFCAP, "mapping root into a user namespace (09)"},
    {CAP_CHOWN, "owners of unpacked files (21)"},
    {CAP_SYS_PTRACE, "looking into other users' processes (checks)"},
};

Finding find_capabilities(const Facts& facts) {
  const IdentityFacts& us = facts.identity;
  Finding finding{.id = "capabilities", .what = "bounding set", .needed_by = {"18", "cooper"}};
  std::string names;
  std::string lost;
  std::string lower;
  for (unsigned number = 0; number <= us.last_cap; ++number) {
    if (us.bounding.contains(number)) continue;
    const std::string_view name = capability_name(number);
    const std::string shown = name.empty() ? "number " + std::to_string(number) : std::string(name);
    names += (names.empty() ? "" : ", ") + shown;
    lower += " --cap-add " + (name.starts_with("CAP_") ? shown.substr(4) : shown);
    for (const Use& use : kUses) {
      if (use.capability == number) lost += (lost.empty() ? "" : "; ") + std::string(use.lost);
    }
  }
  finding.found = names.empty() ? "complete" : "lacks " + names;
  if (names.empty()) return finding;
  finding.state = State::limited;
  finding.consequence = "Nothing started from here can hold them, root included. Lost: " +
                        (lost.empty() ? "nothing that is needed here" : lost) + ".";
  finding.remedy = "start this shell elsewhere, or in docker: docker run" + lower;
  return finding;
}

Finding find_confinement(const Facts& facts) {
  const IdentityFacts& us = facts.identity;
  Finding finding{.id = "confinement", .what = "filters on us", .needed_by = {"19", "cooper"}};
  std::string found;
  std::string options;
  const auto add = [](std::string& list, const std::string& word, const char* between) {
    list += (list.empty() ? "" : between) + word;
  };
  if (us.filtered) {
    add(found, "seccomp", ", ");
    add(options, "--security-opt seccomp=unconfined", " ");
  }
  if (us.no_new_privs) add(found, "no_new_privs", ", ");
  if (!us.apparmor.empty() && us.apparmor != "unconfined") {
    add(found, "AppArmor " + us.apparmor, ", ");
    add(options, "--security-opt apparmor=unconfined", " ");
  }
  if (us.chrooted) add(found, "chroot", ", ");
  finding.found = found.empty() ? "none" : found;
  if (found.empty()) return finding;
  finding.state = State::limited;
  finding.consequence =
      "They hold for every container too: some labs see another EPERM than theirs.";
  if (us.no_new_privs) finding.consequence += " sudo and newuidmap have no effect.";
  finding.remedy = "a shell outside this sandbox";
  if (!options.empty()) finding.remedy += ", or in docker: docker run " + options;
  return finding;
}

Finding find_nodes(const Facts& facts) {
  Finding finding{.id = "device-nodes", .what = "device nodes", .needed_by = {"01", "16"}};
  const int result = facts.as_root ? facts.as_root->at(Step::mknod) : kNotTried;
  const bool can = result == 0;
  finding.found = can ? "can be made" : result == kNotTried ? "not tried" : "can't be made";
  if (can) return finding;
  if (facts.identity.uid != 0) {  // no lack of this machine: no ordinary user ever could
    finding.found = "root's alone, as everywhere";
    return finding;
  }
  finding.state = State::limited;
  finding.consequence =
      "Containers get the machine's own nodes by bind mounts; the steps of labs 01 and 16 that "
      "make nodes are skipped.";
  finding.remedy = "in docker: docker run --privileged (CAP_MKNOD and the device cgroup)";
  return finding;
}

}  // namespace

std::vector<Finding> find_privileges(const Facts& facts) {
  return {find_capabilities(facts), find_confinement(facts), find_nodes(facts)};
}

}  // namespace toolkit::course
