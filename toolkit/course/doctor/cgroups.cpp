#include "toolkit/course/doctor/cgroups.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "toolkit/course/doctor/files.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

constexpr std::array kControllers{"cpuset",  "cpu",     "cpuacct", "blkio",    "memory",
                                  "devices", "freezer", "net_cls", "net_prio", "perf_event",
                                  "hugetlb", "pids",    "rdma",    "misc"};

std::set<std::string> controllers_of(std::string_view super_options) {
  std::set<std::string> found;
  for (const std::string_view option : split(super_options, ',')) {
    if (std::find(kControllers.begin(), kControllers.end(), option) != kControllers.end()) {
      found.emplace(option);
    }
  }
  return found;
}

/// The path of our group in one hierarchy, as /proc/self/cgroup tells: "4:memory:/a", "0::/a".
std::string own_path(std::string_view membership, std::string_view controller) {
  for (const std::string_view line : lines(membership)) {
    const auto fields = split(line, ':');
    if (fields.size() < 3) continue;
    const auto names = split(fields[1], ',');
    if (std::find(names.begin(), names.end(), controller) != names.end()) {
      return std::string(line.substr(fields[0].size() + fields[1].size() + 2));
    }
  }
  return "/";
}

/// Our group's directory below a mount of its hierarchy, or the mount's own where ours can't be
/// seen (a mount that a cgroup namespace made starts elsewhere).
std::string own_directory(const std::string& root, const MountInfo& mount, std::string path) {
  if (mount.root != "/" && path.starts_with(mount.root)) path.erase(0, mount.root.size());
  const std::string top = root + mount.target;
  const std::string own = top + path;
  const bool is_outside = path.starts_with("/..");  // of the cgroup namespace
  return !is_outside && exists(own) ? own : top;
}

std::set<std::string> controllers_in(const std::string& directory) {
  std::set<std::string> found;
  const std::string text = read_if_there(directory + "/cgroup.controllers").value_or("");
  for (const std::string_view word : words(trim(text))) found.emplace(word);
  return found;
}

/// What /proc/cgroups lists as enabled and no hierarchy holds.
std::set<std::string> unmounted(std::string_view table, const CgroupFacts& facts) {
  std::set<std::string> found;
  for (const std::string_view line : lines(table)) {
    const auto fields = words(line);
    if (fields.size() < 4 || fields[0].starts_with('#') || fields[3] != "1") continue;
    const std::string name(fields[0]);
    if (!facts.v1.contains(name) && !facts.v2_root.contains(name)) found.insert(name);
  }
  return found;
}

}  // namespace

CgroupFacts gather_cgroups(const std::string& root, const std::vector<MountInfo>& mounts) {
  CgroupFacts facts;
  const std::string membership = read_if_there(root + "/proc/self/cgroup").value_or("");
  bool all_writable = true;
  bool has_v2 = false;
  for (const MountInfo& mount : mounts) {
    if (mount.type == "cgroup2") {
      const std::string own = own_directory(root, mount, own_path(membership, ""));
      has_v2 = true;
      facts.v2 = controllers_in(own);
      facts.v2_root = controllers_in(root + mount.target);
      // The root group has no limits, so there the file's absence tells nothing.
      const bool at_root = own == root + mount.target && facts.v2.contains("memory");
      facts.swap = facts.swap || at_root || exists(own + "/memory.swap.max");
      all_writable = all_writable && may_write(own);
    } else if (mount.type == "cgroup") {
      const auto held = controllers_of(mount.super_options);
      if (held.empty()) continue;  // a named hierarchy, systemd's, controls nothing
      const std::string own = own_directory(root, mount, own_path(membership, *held.begin()));
      facts.v1.insert(held.begin(), held.end());
      facts.swap = facts.swap || exists(own + "/memory.memsw.limit_in_bytes");
      all_writable = all_writable && may_write(own);
    }
  }
  if (has_v2)
    facts.layout = facts.v1.empty() ? CgroupLayout::v2 : CgroupLayout::hybrid;
  else if (!facts.v1.empty())
    facts.layout = CgroupLayout::v1;
  facts.writable = all_writable && facts.layout != CgroupLayout::none;
  facts.unmounted = unmounted(read_if_there(root + "/proc/cgroups").value_or(""), facts);
  return facts;
}

}  // namespace toolkit::course
