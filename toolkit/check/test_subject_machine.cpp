// Programs that do to their machine what can be done to it.
#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "toolkit/check/test_subject.hpp"

namespace hostile {
namespace {

int unmount_proc(const Job& job) {
  ::umount2("/proc", MNT_DETACH);
  return do_it_well(job);
}

int unmount_all(const Job& job) {
  std::FILE* table = std::fopen("/proc/self/mounts", "r");
  std::vector<std::string> places;
  std::array<char, 4096> line{};
  while (std::fgets(line.data(), line.size(), table) != nullptr) {
    std::array<char, 4096> place{};
    if (std::sscanf(line.data(), "%*s %4095s", place.data()) == 1)
      places.emplace_back(place.data());
  }
  std::fclose(table);
  for (const std::string& place : places) ::umount2(place.c_str(), MNT_DETACH);
  return do_it_well(job);
}

int remount_sys(const Job& job) {
  ::mount(nullptr, "/sys", nullptr, MS_REMOUNT | MS_BIND, nullptr);
  ::mount(nullptr, "/sys", nullptr, MS_REMOUNT, nullptr);
  for (const char* name : {"/sys/power/state", "/sys/kernel/uevent_helper", "/sys/kernel/profiling",
                           "/sys/module/printk/parameters/time"}) {
    must_fail(name, ::open(name, O_WRONLY | O_CLOEXEC));
  }
  return do_it_well(job);
}

int remount_host(const Job& job) {
  for (const char* name : {"/usr", "/etc", "/"}) {
    ::mount(nullptr, name, nullptr, MS_REMOUNT | MS_BIND, nullptr);
    ::mount(nullptr, name, nullptr, MS_REMOUNT, nullptr);
  }
  must_fail("/usr", ::open("/usr/owned", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  must_fail("/etc", ::open("/etc/owned", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  return do_it_well(job);
}

int rename_machine(const Job& job) {
  tried(::sethostname("owned", 5));
  tried(::setdomainname("owned", 5));
  return do_it_well(job);
}

int change_clock(const Job& job) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  must_fail("clock_settime", ::clock_settime(CLOCK_REALTIME, &now));
  const timeval then{.tv_sec = now.tv_sec, .tv_usec = 0};
  must_fail("settimeofday", ::settimeofday(&then, nullptr));
  timex change{};
  change.modes = ADJ_OFFSET_SINGLESHOT;
  must_fail("adjtimex", ::adjtimex(&change));
  must_fail("/dev/rtc", ::open("/dev/rtc0", O_WRONLY | O_CLOEXEC));
  return do_it_well(job);
}

int fill_bytes(const Job& job) {
  const int fd = ::open("/w/full", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  const std::string piece(std::size_t{1} << 20, 'x');
  while (::write(fd, piece.data(), piece.size()) > 0) {
  }
  return do_it_well(job);
}

int fill_inodes(const Job& job) {
  for (int i = 0; ::mknod(("/w/" + std::to_string(i)).c_str(), S_IFREG | 0644, 0) == 0; ++i) {
  }
  return do_it_well(job);
}

int dig(const Job& job) {
  tried(::chdir("/tmp"));
  constexpr int kDeep = 10000;
  ::mount("deep", "/tmp", "tmpfs", 0, nullptr);
  tried(::chdir("/tmp"));
  for (int i = 0; i < kDeep && ::mkdir("d", 0755) == 0; ++i) tried(::chdir("d"));
  return do_it_well(job);
}

int mount_over_work(const Job& job) {
  ::mount("over", "/w", "tmpfs", 0, nullptr);
  return do_it_well(job);
}

int mount_over_all(const Job& job) {
  for (const char* name : {"/proc", "/sys", "/dev", "/run", "/tmp", "/mnt"}) {
    ::mount("over", name, "tmpfs", 0, nullptr);
    ::mount("/w", name, nullptr, MS_BIND | MS_REC, nullptr);
  }
  return do_it_well(job);
}

int mount_many(const Job& job) {
  ::mkdir("/tmp/m", 0755);
  for (int i = 0; i < 2000; ++i) ::mount("many", "/tmp/m", "tmpfs", 0, nullptr);
  return do_it_well(job);
}

void remove_below(int parent, const char* name) {
  const int fd = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR* directory = fd == -1 ? nullptr : ::fdopendir(fd);
  if (directory == nullptr) return;
  while (const dirent* entry = ::readdir(directory)) {
    if (std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0) continue;
    if (::unlinkat(fd, entry->d_name, 0) == -1) {
      remove_below(fd, entry->d_name);
      ::unlinkat(fd, entry->d_name, AT_REMOVEDIR);
    }
  }
  ::closedir(directory);
}

int remove_all(const Job& job) {
  for (const char* name : {"/w", "/tmp", "/run", "/dev", "/mnt", "/root", "/sys/fs/cgroup"}) {
    remove_below(AT_FDCWD, name);
  }
  return do_it_well(job);
}

int make_cgroups(const Job& job) {
  for (const char* where : {"", "unified/", "pids/", "memory/", "devices/"}) {
    const std::string name = std::string("/sys/fs/cgroup/") + where + "owned";
    if (::mkdir(name.c_str(), 0755) == 0) ::rmdir(name.c_str());
  }
  return do_it_well(job);
}

int write_settings(const Job& job) {
  for (const char* name :
       {"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/panic", "/proc/sys/vm/drop_caches",
        "/proc/sysrq-trigger", "/proc/sys/kernel/modprobe", "/proc/sys/fs/file-max",
        "/proc/sys/kernel/printk", "/proc/kcore", "/proc/kmsg", "/proc/irq/default_smp_affinity"}) {
    must_fail(name, ::open(name, O_RDWR | O_CLOEXEC));
  }
  return do_it_well(job);
}

constexpr std::array kAll = std::to_array<Behaviour>({
    {"unmounts-proc", unmount_proc},
    {"unmounts-all", unmount_all},
    {"remounts-sys", remount_sys},
    {"remounts-the-hosts-files", remount_host},
    {"renames-the-machine", rename_machine},
    {"changes-the-clock", change_clock},
    {"fills-the-work-directory", fill_bytes},
    {"fills-the-inodes", fill_inodes},
    {"makes-a-deep-tree", dig},
    {"mounts-over-the-work", mount_over_work},
    {"mounts-over-all", mount_over_all},
    {"mounts-many", mount_many},
    {"removes-all", remove_all},
    {"makes-cgroups", make_cgroups},
    {"writes-settings", write_settings},
});

}  // namespace

std::span<const Behaviour> machine() { return kAll; }

}  // namespace hostile
