#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/check/mounts.hpp"

namespace toolkit::checks {

/// A cgroup that belongs to a machine's root.
struct OwnGroup {
  std::string controllers;  ///< of its hierarchy: "pids", "cpu,cpuacct"; empty for cgroup v2
  std::string place;        ///< where the machine sees it: "/sys/fs/cgroup/pids"
  std::string path;  ///< what the checker's /proc/PID/cgroup calls it: "/cooperage-check-…"
};

/// One cgroup in each hierarchy in which this user may make groups, and which can do no harm: v2, and
/// of v1 those that count and limit. It is owned by a machine's root, and all in it is removed with
/// the object. See "Delegation" in the kernel's cgroup-v2.rst.
class Delegation {
 public:
  /// For whoever has these ids outside. Nothing where no group can be made.
  static std::optional<Delegation> make(uid_t root, gid_t group);
  Delegation(Delegation&& other) noexcept;
  Delegation& operator=(Delegation&&) = delete;
  ~Delegation();

  /// A process that is to make the machine's cgroup namespace: these groups become its roots.
  void enter(pid_t pid);
  /// A process that works on the machine: below the roots, which so can hand controllers on.
  void settle(pid_t pid) const;
  [[nodiscard]] const std::vector<OwnGroup>& groups() const noexcept { return groups_; }

 private:
  Delegation(uid_t root, gid_t group);
  void take(const std::string& above, const OwnGroup& group);

  uid_t root_;
  gid_t group_;
  std::string leaf_;
  std::vector<std::string> directories_ = {};
  std::vector<OwnGroup> groups_ = {};
};

/// The path in /proc/PID/cgroup, as a text of that file has it: of the hierarchy with these controllers,
/// or of cgroup v2 when there are none. See cgroups(7).
std::optional<std::string> group_in(std::string_view proc_cgroup, std::string_view controllers);

/// The hierarchies of the same kinds that some mounts show, whoever may make groups in them.
std::vector<OwnGroup> groups_shown(const Mounts& mounts);

// What the kernel says of a process to somebody in that process's own cgroup namespace.

/// /proc/PID/cgroup: the paths begin at the roots of the namespace, and "/.." is above one.
std::string groups_as_seen_by(pid_t pid);
/// The cgroup mounts in /proc/PID/mountinfo; so does the root of each.
Mounts group_mounts_as_seen_by(pid_t pid);

}  // namespace toolkit::checks
