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

Steps protect(const Request& request) {
  using step::Missing;
  Steps steps;
  for (const char* file : kMaskedFiles) {
    steps.push_back(
        {step::Mount{
             .source = "/dev/null", .target = file, .flags = MS_BIND, .missing = Missing::skip},
         "masked: it tells of the whole machine"});
  }
  for (const char* directory : kMaskedDirectories) {
    steps.push_back({step::Mount{.source = "tmpfs",
                                 .target = directory,
                                 .type = "tmpfs",
                                 .flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
                                 .data = "size=0,nr_inodes=2",
                                 .missing = Missing::skip},
                     "masked: it drives the machine's firmware and devices"});
  }
  for (const char* path : kReadOnly) {
    steps.push_back(
        {step::Mount{
             .source = path, .target = path, .flags = MS_BIND | MS_REC, .missing = Missing::skip},
         "a mount of its own, which can be read-only"});
    steps.push_back({step::SetAttributes{
                         .target = path, .attributes = MOUNT_ATTR_RDONLY, .missing = Missing::skip},
                     "a write there would reach the whole machine"});
  }
  if (request.root_access == Access::read_only) {
    steps.push_back({step::SetAttributes{.target = "/", .attributes = MOUNT_ATTR_RDONLY},
                     "asked for: nothing is written to the root"});
  }
  return steps;
}

}  // namespace toolkit::stage
