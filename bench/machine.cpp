#include "bench/machine.hpp"

#include <sched.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::bench {
namespace {

std::string kernel_name() {
  utsname name{};
  check(::uname(&name), "uname");
  return std::string(name.sysname) + " " + name.release + " " + name.machine;
}

long cpus_for_us() {
  cpu_set_t set;
  check(::sched_getaffinity(0, sizeof set, &set), "sched_getaffinity");
  return CPU_COUNT(&set);
}

/// By the numbers of linux/magic.h.
std::string filesystem_of(const std::string& directory) {
  const std::map<long, std::string> names = {{0xef53, "ext4"},      {0x58465342, "xfs"},
                                             {0x9123683e, "btrfs"}, {0xf2f52010, "f2fs"},
                                             {0x01021994, "tmpfs"}, {0x794c7630, "overlay"}};
  struct statfs status {};
  check(::statfs(directory.c_str(), &status), "statfs", directory);
  const auto found = names.find(static_cast<long>(status.f_type));
  return found == names.end() ? "another filesystem" : found->second;
}

std::string cgroup_layout() {
  const bool v1 =
      ::access("/sys/fs/cgroup/pids", F_OK) == 0 || ::access("/sys/fs/cgroup/systemd", F_OK) == 0;
  const bool v2 = ::access("/sys/fs/cgroup/cgroup.procs", F_OK) == 0 ||
                  ::access("/sys/fs/cgroup/unified/cgroup.procs", F_OK) == 0;
  if (v1 && v2) return "hybrid";
  return v1 ? "v1" : v2 ? "v2" : "none";
}

}  // namespace

double load_now() {
  const std::string text = read_file("/proc/loadavg");
  return std::strtod(text.c_str(), nullptr);
}

Machine observe_machine(const std::string& directory) {
  return {.kernel = kernel_name(),
          .cpus = cpus_for_us(),
          .processor = processor_name(read_file("/proc/cpuinfo")),
          .filesystem = filesystem_of(directory),
          .cgroups = cgroup_layout(),
          .load_before = load_now()};
}

std::string processor_name(const std::string& cpuinfo) {
  for (const std::string_view line : lines(cpuinfo)) {
    if (!line.starts_with("model name")) continue;
    return std::string(trim(line.substr(std::min(line.find(':') + 1, line.size()))));
  }
  return "unknown";
}

bool is_busy(const Machine& machine) {
  constexpr double kShare = 0.7;
  const double most = std::max(machine.load_before, machine.load_after);
  return most > kShare * static_cast<double>(machine.cpus);
}

}  // namespace toolkit::bench
