#include <linux/mount.h>

#include <array>

#include "toolkit/container/stages.hpp"

namespace toolkit::stage {
namespace {

// What docker masks and makes read-only. What this kernel lacks is passed over.
constexpr std::array kMaskedFiles = {"/proc/kcore",      "/proc/keys",        "/proc/latency_stats",
                                     "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
                                     "/proc/interrupts"};
constexpr std::array kMaskedDirectories = {"/sys/firmware", "/proc/acpi", "/proc/asound",
                                           "/proc/scsi", "/sys/devices/virtual/powercap"};
constexpr std::array kReadOnly = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                  "/proc/sysrq-trigger"};

}  // namespace

Steps mount_kernel(const Host& host) {
  using step::Missing;
  constexpr unsigned long kFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  Steps steps;
  steps.push_back({step::MakeDirectory{.path = host.base + "/proc"}, "to mount on"});
  steps.push_back(
      {step::Mount{
           .source = "proc", .target = host.base + "/proc", .type = "proc", .flags = kFlags},
       "the processes of this pid namespace; with a user namespace only while the "
       "host's /proc is still there"});
  steps.push_back({step::MakeDirectory{.path = host.base + "/sys"}, "to mount on"});
  steps.push_back({step::Mount{.source = "sysfs",
                               .target = host.base + "/sys",
                               .type = "sysfs",
                               .flags = MS_RDONLY | kFlags},
                   "the kernel's objects, to read"});
  for (const char* file : kMaskedFiles) {
    steps.push_back({step::Mount{.source = "/dev/null",
                                 .target = host.base + file,
                                 .flags = MS_BIND,
                                 .missing = Missing::skip},
                     "masked: it tells of the whole machine"});
  }
  for (const char* directory : kMaskedDirectories) {
    steps.push_back({step::Mount{.source = "tmpfs",
                                 .target = host.base + directory,
                                 .type = "tmpfs",
                                 .flags = MS_RDONLY | kFlags,
                                 .data = "size=0,nr_inodes=2",
                                 .missing = Missing::skip},
                     "masked: it drives the machine's firmware and devices"});
  }
  for (const char* name : kReadOnly) {
    const std::string path = host.base + name;
    steps.push_back(
        {step::Mount{
             .source = path, .target = path, .flags = MS_BIND | MS_REC, .missing = Missing::skip},
         "a mount of its own, which can be read-only"});
    steps.push_back({step::SetAttributes{
                         .target = path, .attributes = MOUNT_ATTR_RDONLY, .missing = Missing::skip},
                     "a write there would reach the whole machine"});
  }
  for (const char* name : {"/proc", "/sys"}) {
    steps.push_back({step::OpenTree{.path = host.base + name, .take = step::Take::itself},
                     "held, to be moved into the root"});
  }
  return steps;
}

Steps protect(const Request& request) {
  Steps steps;
  if (request.root_access == Access::read_only) {
    steps.push_back({step::SetAttributes{.target = "/", .attributes = MOUNT_ATTR_RDONLY},
                     "asked for: nothing is written to the root"});
  }
  return steps;
}

}  // namespace toolkit::stage
