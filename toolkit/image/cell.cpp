#include "toolkit/image/cell.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toolkit/kernel/capabilities.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"

namespace toolkit {

namespace {

void silence_standard_streams() {
  const Fd null = open_file("/dev/null", O_RDWR);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    check(::dup2(null.get(), stream), "dup2", "/dev/null");
  }
}

/// Detached copies of both mounts first: a copy ends at its own root, so ".." leads nowhere.
void enter_root_of_two(const std::string& layout, const std::string& scratch) {
  constexpr unsigned long kFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  constexpr std::uint64_t kAttributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  set_propagation("/", Propagation::private_);
  const Fd layout_tree = open_tree(layout, Recurse::no);
  const Fd scratch_tree = open_tree(scratch, Recurse::no);
  set_attributes(layout_tree, kAttributes | MOUNT_ATTR_RDONLY, Recurse::no);
  set_attributes(scratch_tree, kAttributes, Recurse::no);
  mount("cell", scratch, "tmpfs", kFlags, "mode=0700,size=64k");
  check(::chdir(scratch.c_str()), "chdir", scratch);
  check(::mkdir(&kCellLayout[1], 0700), "mkdir", kCellLayout);
  check(::mkdir(&kCellScratch[1], 0700), "mkdir", kCellScratch);
  move_mount(layout_tree, &kCellLayout[1]);
  move_mount(scratch_tree, &kCellScratch[1]);
  pivot_root_here();
  unmount(".", Detach::yes);
  check(::chdir("/"), "chdir", "/");
  set_attributes_at("/", MOUNT_ATTR_RDONLY, Recurse::no);
}

void limit(int resource, rlim_t most, const char* name) {
  rlimit value{};
  check(::getrlimit(static_cast<__rlimit_resource_t>(resource), &value), "getrlimit", name);
  if (value.rlim_max > most) value.rlim_max = most;
  value.rlim_cur = value.rlim_max;
  check(::setrlimit(static_cast<__rlimit_resource_t>(resource), &value), "setrlimit", name);
}

void set_limits() {
  limit(RLIMIT_CORE, 0, "RLIMIT_CORE");
  limit(RLIMIT_NOFILE, 65536, "RLIMIT_NOFILE");
  limit(RLIMIT_NPROC, 0, "RLIMIT_NPROC");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which reserve terabytes
  limit(RLIMIT_AS, rlim_t{2} << 30, "RLIMIT_AS");
#endif
}

void drop_privileges() {
  constexpr CapSet kKept{CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID, CAP_SETFCAP};
  limit_bounding_set(kKept);
  set_capabilities({.effective = kKept, .permitted = kKept});
  set_no_new_privs();
}

}  // namespace

void enter_cell(const std::string& layout, const std::string& scratch) {
  silence_standard_streams();
  enter_root_of_two(layout, scratch);
  set_limits();
  drop_privileges();
}

}  // namespace toolkit
