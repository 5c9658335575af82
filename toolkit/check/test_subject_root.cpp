// What a program tries that is the host's root without CAP_SYS_ADMIN: none of it may be reached.
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timex.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <string>

#include "toolkit/check/test_subject.hpp"

namespace hostile {
namespace {

void try_device(mode_t kind, unsigned major, unsigned minor) {
  const std::string path = "/w/" + std::to_string(kind) + std::to_string(major * 1000 + minor);
  if (::mknod(path.c_str(), kind | 0600, ::makedev(major, minor)) == -1) return;
  must_fail(("reading device " + std::to_string(major) + ':' + std::to_string(minor)).c_str(),
            ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  must_fail("writing a device", ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK));
}

void try_devices() {
  for (const unsigned major : {1U, 7U, 8U, 252U, 253U, 254U, 259U}) {
    for (unsigned minor = 0; minor < 4; ++minor) try_device(S_IFBLK, major, minor);
  }
  for (const unsigned minor : {1U, 2U, 4U, 11U}) try_device(S_IFCHR, 1, minor);
  for (const unsigned minor : {183U, 232U, 237U, 59U}) try_device(S_IFCHR, 10, minor);
  try_device(S_IFCHR, 4, 0);
  try_device(S_IFCHR, 5, 1);
}

/// Out of the fence, by way of the cgroup file system.
void try_cgroups() {
  for (const char* where : {"", "/unified", "/pids", "/memory", "/devices", "/systemd"}) {
    const std::string directory = std::string("/sys/fs/cgroup") + where;
    must_fail((directory + "/cgroup.procs").c_str(),
              ::open((directory + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
    const std::string made = directory + "/owned";
    if (::mkdir(made.c_str(), 0755) == 0) {
      ::rmdir(made.c_str());
      must_fail(made.c_str(), 0);
    }
  }
}

void try_calls() {
  must_fail("mount", ::mount("x", "/tmp", "tmpfs", 0, nullptr));
  must_fail("remount", ::mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND, nullptr));
  must_fail("umount", ::umount2("/proc", MNT_DETACH));
  must_fail("user namespace", ::unshare(CLONE_NEWUSER));
  must_fail("mount namespace", ::unshare(CLONE_NEWNS));
  must_fail("clone3", ::syscall(SYS_clone3, nullptr, 0));
  must_fail("sethostname", ::sethostname("owned", 5));
  must_fail("reboot", ::reboot(RB_DISABLE_CAD));
  must_fail("swapoff", ::swapoff("/none"));
  timex change{};
  change.modes = ADJ_OFFSET_SINGLESHOT;
  must_fail("adjtimex", ::adjtimex(&change));
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  must_fail("clock_settime", ::clock_settime(CLOCK_REALTIME, &now));
  must_fail("init_module", ::syscall(SYS_init_module, nullptr, 0, ""));
  must_fail("ptrace", ::ptrace(PTRACE_SEIZE, 1, nullptr, nullptr));
  must_fail("keyctl: a user's keys",
            ::syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 1));
  must_fail("add_key", ::syscall(SYS_add_key, "user", "owned", "x", 1, KEY_SPEC_USER_KEYRING));
  must_fail("klogctl", ::klogctl(7, nullptr, 0) == 0 ? 0 : -1);
  must_fail("open_by_handle_at", ::syscall(SYS_open_by_handle_at, AT_FDCWD, nullptr, O_RDONLY));
  must_fail("perf_event_open", ::syscall(SYS_perf_event_open, nullptr, -1, 0, -1, 0));
}

void try_files() {
  for (const char* name :
       {"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/panic", "/proc/sysrq-trigger",
        "/proc/sys/vm/drop_caches", "/proc/kcore", "/proc/irq/default_smp_affinity", "/proc/1/fd/0",
        "/proc/1/mem", "/proc/1/root", "/etc/passwd", "/usr/bin/env", "/sys/power/state",
        "/sys/kernel/uevent_helper", "/proc/mtrr", "/proc/acpi/wakeup", "/proc/timer_list",
        "/proc/driver/rtc"}) {
    must_fail(name, ::open(name, O_WRONLY | O_CLOEXEC));
  }
  std::array<char, 1> byte{};
  const int shadow = ::open("/etc/shadow", O_RDONLY | O_CLOEXEC);
  must_fail("/etc/shadow", ::read(shadow, byte.data(), 1) == 1 ? 0 : -1);
  for (const char* name : {"/proc/kcore", "/proc/kmsg", "/run/docker.sock", "/run/dbus",
                           "/run/systemd", "/var/lib", "/home"}) {
    must_fail(name, ::open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  }
}

int attack(const Job& /*job*/) {
  try_cgroups();
  try_devices();
  try_files();
  try_calls();
  return 0;
}

int make_null(const Job& /*job*/) {
  if (::mknod("/w/null", S_IFCHR | 0666, ::makedev(1, 3)) == -1) return 1;
  return ::open("/w/null", O_RDWR | O_CLOEXEC) == -1 ? 2 : 0;
}

constexpr std::array kAll = std::to_array<Behaviour>({
    {"attacks-as-root", attack},
    {"makes-a-null-device", make_null},
});

}  // namespace

std::span<const Behaviour> root() { return kAll; }

}  // namespace hostile
