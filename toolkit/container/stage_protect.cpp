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
// What else the host's own /sys has mounted in it, or tells of it.
constexpr std::array kMaskedOfHost = {"/sys/fs", "/sys/kernel"};

constexpr unsigned long kFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC;

/// A filesystem of a kind of namespace can be mounted anew only by who has rights over that one: in a user
/// namespace the host's is shown instead.
bool is_bound(const Request& request, const Host& host, Ns kind) {
  return has(request.sharing.host, kind) && host.users != Users::host;
}

void mount_proc(Steps& steps, const Request& request, const Host& host) {
  const std::string target = host.base + "/proc";
  steps.push_back({step::MakeDirectory{.path = target}, "to mount on"});
  if (!is_bound(request, host, Ns::pid)) {
    steps.push_back(
        {step::Mount{.source = "proc", .target = target, .type = "proc", .flags = kFlags},
         "the processes of this pid namespace; with a user namespace only while the "
         "host's /proc is still there"});
    return;
  }
  steps.push_back(
      {step::Mount{.source = "/proc", .target = target, .flags = MS_BIND | MS_REC},
       "the host's: a new one of its pid namespace is not this user namespace's to mount"});
  steps.push_back(
      {step::SetAttributes{.target = target,
                           .attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
                           .recurse = Recurse::yes},
       "as a new one would be"});
}

void mount_sys(Steps& steps, const Request& request, const Host& host) {
  const std::string target = host.base + "/sys";
  steps.push_back({step::MakeDirectory{.path = target}, "to mount on"});
  if (!is_bound(request, host, Ns::net)) {
    steps.push_back(
        {step::Mount{
             .source = "sysfs", .target = target, .type = "sysfs", .flags = MS_RDONLY | kFlags},
         "the kernel's objects, to read"});
    return;
  }
  steps.push_back(
      {step::Mount{.source = "/sys", .target = target, .flags = MS_BIND | MS_REC},
       "the host's: a new one of its network namespace is not this user namespace's to mount"});
  steps.push_back({step::SetAttributes{.target = target,
                                       .attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
                                                     MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
                                       .recurse = Recurse::yes},
                   "the kernel's objects, to read"});
}

void mask_directory(Steps& steps, const std::string& target, const char* why) {
  steps.push_back({step::Mount{.source = "tmpfs",
                               .target = target,
                               .type = "tmpfs",
                               .flags = MS_RDONLY | kFlags,
                               .data = "size=0,nr_inodes=2",
                               .missing = step::Missing::skip},
                   why});
}

}  // namespace

Steps mount_kernel(const Request& request, const Host& host) {
  using step::Missing;
  Steps steps;
  mount_proc(steps, request, host);
  mount_sys(steps, request, host);
  for (const Sysctl& sysctl : request.sysctls) {
    // Its file is the first user namespace's; the call asks for a right over this uts namespace.
    if (sysctl.path == kDomainName) {
      steps.push_back({step::SetDomainname{sysctl.value}, "asked for, by --sysctl"});
      continue;
    }
    steps.push_back({step::SetSysctl{.name = sysctl.name,
                                     .path = host.base + "/proc/sys/" + sysctl.path,
                                     .value = sysctl.value},
                     "asked for; a namespace of the container's own holds it"});
  }
  for (const char* file : kMaskedFiles) {
    steps.push_back({step::Mount{.source = "/dev/null",
                                 .target = host.base + file,
                                 .flags = MS_BIND,
                                 .missing = Missing::skip},
                     "masked: it tells of the whole machine"});
  }
  for (const char* directory : kMaskedDirectories) {
    mask_directory(steps, host.base + directory,
                   "masked: it drives the machine's firmware and devices");
  }
  if (is_bound(request, host, Ns::net)) {
    for (const char* directory : kMaskedOfHost) {
      mask_directory(steps, host.base + directory, "masked: no new one would show it");
    }
  }
  // What the host has mounted below its own is shut as well.
  const Recurse recurse = is_bound(request, host, Ns::pid) ? Recurse::yes : Recurse::no;
  for (const char* name : kReadOnly) {
    const std::string path = host.base + name;
    steps.push_back(
        {step::Mount{
             .source = path, .target = path, .flags = MS_BIND | MS_REC, .missing = Missing::skip},
         "a mount of its own, which can be read-only"});
    steps.push_back({step::SetAttributes{.target = path,
                                         .attributes = MOUNT_ATTR_RDONLY,
                                         .recurse = recurse,
                                         .missing = Missing::skip},
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
