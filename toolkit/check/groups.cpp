#include "toolkit/check/groups.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "toolkit/check/group_names.hpp"
#include "toolkit/check/observe.hpp"
#include "toolkit/check/random.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

constexpr std::string_view kShown = "/sys/fs/cgroup";

/// The controllers of a v1 hierarchy, out of its mount's options: "rw,cpu,cpuacct". Empty where one of
/// them is none of those that count and limit: who is frozen by v1 can't be killed, and a cpuset takes nobody at first.
std::string harmless_controllers(std::string_view super_options) {
  static constexpr std::array kHarmless{"cpu", "cpuacct", "memory", "pids", "blkio"};
  std::string found;
  for (const std::string_view option : split(super_options, ',')) {
    if (option == "rw" || option == "ro") continue;
    if (std::find(kHarmless.begin(), kHarmless.end(), option) == kHarmless.end()) return {};
    found += (found.empty() ? "" : ",") + std::string(option);
  }
  return found;
}

/// Where in a mounted hierarchy this process is, as a directory; the mount's own where that can't be said.
std::string own_directory(const MountInfo& mount, const std::string& controllers) {
  const std::string text = read_file("/proc/self/cgroup");
  const std::string own = group_in(text, controllers).value_or("/");
  const std::string root = mount.root == "/" ? "" : mount.root;
  if (!own.starts_with(root + '/')) return mount.target;
  return mount.target + own.substr(root.size());
}

/// What a group's owner may write: who is in it and in those below, and no limit of its own.
void hand_over(const std::string& group, uid_t owner, gid_t owners_group) {
  for (const char* name :
       {"", "/cgroup.procs", "/cgroup.threads", "/cgroup.subtree_control", "/tasks"}) {
    const std::string path = group + name;
    if (::chown(path.c_str(), owner, owners_group) == -1 && errno != ENOENT)
      throw_errno("chown", path);
  }
}

}  // namespace

std::optional<std::string> group_in(std::string_view proc_cgroup, std::string_view controllers) {
  for (const std::string_view line : lines(proc_cgroup)) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == line.npos) continue;
    if (line.substr(first + 1, second - first - 1) == controllers)
      return std::string(line.substr(second + 1));
  }
  return {};
}

Delegation::Delegation(uid_t root, gid_t group)
    : root_(root), group_(group), leaf_("/session-" + random_name(5)) {}

Delegation::Delegation(Delegation&& other) noexcept
    : root_(other.root_),
      group_(other.group_),
      leaf_(std::move(other.leaf_)),
      directories_(std::exchange(other.directories_, {})),
      groups_(std::move(other.groups_)) {}

Delegation::~Delegation() {
  try {
    for (const std::string& directory : directories_) remove_group(directory);
  } catch (...) {  // NOLINT: what is left is swept by the next checker
  }
}

std::optional<Delegation> Delegation::make(uid_t root, gid_t group) {
  Delegation made(root, group);
  for (const MountInfo& mount : parse_mounts(read_file("/proc/self/mountinfo"))) {
    if (!mount.target.starts_with(kShown)) continue;
    OwnGroup own{.controllers = {}, .place = mount.target, .path = {}};
    if (mount.type == "cgroup") own.controllers = harmless_controllers(mount.super_options);
    if (mount.type != "cgroup2" && own.controllers.empty()) continue;
    made.take(mount.target, own);
    if (made.groups_.empty() || made.groups_.back().place != own.place)
      made.take(own_directory(mount, own.controllers), own);
  }
  if (made.groups_.empty()) return {};
  return made;
}

void Delegation::take(const std::string& above, const OwnGroup& group) {
  sweep_groups_in(above);
  const std::string directory = above + '/' + new_group_name();
  if (::mkdir(directory.c_str(), 0755) == -1) return;
  directories_.push_back(directory);
  hand_over(directory, root_, group_);
  const std::string most = directory + "/cgroup.max.descendants";
  if (::access(most.c_str(), W_OK) == 0) write_file(most, "1000");
  check(::mkdir((directory + leaf_).c_str(), 0755), "mkdir", directory + leaf_);
  hand_over(directory + leaf_, root_, group_);
  groups_.push_back(group);
}

void Delegation::enter(pid_t pid) {
  for (const std::string& directory : directories_)
    write_file(directory + "/cgroup.procs", std::to_string(pid));
  const std::string paths = read_file("/proc/" + std::to_string(pid) + "/cgroup");
  for (OwnGroup& group : groups_) group.path = group_in(paths, group.controllers).value_or("");
}

void Delegation::settle(pid_t pid) const {
  for (const std::string& directory : directories_)
    write_file(directory + leaf_ + "/cgroup.procs", std::to_string(pid));
}

std::vector<OwnGroup> groups_shown(const Mounts& mounts) {
  std::vector<OwnGroup> shown;
  for (const MountInfo& mount : mounts) {
    OwnGroup group{.controllers = {}, .place = mount.target, .path = {}};
    if (mount.type == "cgroup") group.controllers = harmless_controllers(mount.super_options);
    if (mount.type == "cgroup2" || !group.controllers.empty()) shown.push_back(group);
  }
  return shown;
}

std::string groups_as_seen_by(pid_t pid) {
  const std::string file = "/proc/" + std::to_string(pid) + "/cgroup";
  return inside(pid, Ns::cgroup, [&file] { return read_file(file); });
}

Mounts group_mounts_as_seen_by(pid_t pid) {
  const std::string file = "/proc/" + std::to_string(pid) + "/mountinfo";
  Mounts all = parse_mounts(inside(pid, Ns::cgroup, [&file] { return read_file(file); }));
  all.erase(
      std::remove_if(all.begin(), all.end(),
                     [](const MountInfo& mount) { return !mount.type.starts_with("cgroup"); }),
      all.end());
  return all;
}

}  // namespace toolkit::checks
