#include "toolkit/check/ground_cgroups.hpp"

#include <sys/mount.h>
#include <sys/stat.h>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

constexpr unsigned long kQuiet = MS_NOSUID | MS_NODEV | MS_NOEXEC;
constexpr std::string_view kHost = "/sys/fs/cgroup";

/// What of a v1 mount's super options names its hierarchy: "rw,cpu,cpuacct" is that of "cpu,cpuacct".
std::string hierarchy(std::string_view super_options) {
  std::string names;
  for (const std::string_view option : split(super_options, ',')) {
    if (option == "rw" || option == "ro" || option.starts_with("release_agent=")) continue;
    if (!names.empty()) names += ',';
    names += option;
  }
  return names;
}

void mount_one(const MountInfo& seen, const std::string& place) {
  try {
    if (seen.type == "cgroup2") {
      mount("cgroup2", place, "cgroup2", kQuiet);
    } else {
      mount("cgroup", place, "cgroup", kQuiet, hierarchy(seen.super_options));
    }
  } catch (const SystemError&) {  // NOLINT: said in the header: it is not there, then
  }
}

}  // namespace

void mount_cgroups(const std::string& target) {
  const std::string own = read_file("/proc/self/mountinfo");
  bool split_up = false;
  for (const MountInfo& seen : parse_mounts(own)) {
    if (seen.target == kHost && seen.type == "cgroup2") return mount_one(seen, target);
    if (!seen.target.starts_with(std::string(kHost) + "/")) continue;
    if (seen.type != "cgroup" && seen.type != "cgroup2") continue;
    if (!split_up) mount("cgroups", target, "tmpfs", kQuiet, "mode=0755,size=64k");
    split_up = true;
    const std::string place = target + seen.target.substr(kHost.size());
    if (::mkdir(place.c_str(), 0755) == 0) mount_one(seen, place);
  }
}

}  // namespace toolkit::checks
