#include "toolkit/image/cell.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>

#include "toolkit/kernel/capabilities.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/limits.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/ns.hpp"
#include "toolkit/kernel/users.hpp"

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

void set_limits() {
  constexpr rlim_t kMostSeconds = 1800;  // a layer can be made to cost more than any image is worth
  lower_limit(RLIMIT_CPU, kMostSeconds, "RLIMIT_CPU");
  lower_limit(RLIMIT_CORE, 0, "RLIMIT_CORE");
  lower_limit(RLIMIT_NOFILE, 65536, "RLIMIT_NOFILE");
  lower_limit(RLIMIT_NPROC, 0, "RLIMIT_NPROC");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which reserve terabytes
  lower_limit(RLIMIT_AS, rlim_t{2} << 30, "RLIMIT_AS");
#endif
}

void drop_privileges() {
  constexpr CapSet kKept{CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID, CAP_SETFCAP};
  limit_bounding_set(kKept);
  set_capabilities({.effective = kKept, .permitted = kKept});
  set_no_new_privs();
}

void enter_cell(const Cell& cell) {
  silence_standard_streams();
  enter_root_of_two(cell.layout, cell.scratch);
  set_limits();
  drop_privileges();
}

bool is_root() { return ::geteuid() == 0; }

}  // namespace

Owners owners_in_cell() {
  const bool all = is_root() || maps_of_caller().writer == IdMaps::Writer::newidmap;
  return all ? Owners::kept : Owners::single;
}

Process spawn_in_cell(const Cell& cell, const std::function<void()>& body) {
  constexpr Ns kNamespaces = Ns::mount | Ns::net | Ns::ipc | Ns::uts | Ns::pid | Ns::cgroup;
  Gate mapped;
  Process child =
      Process::spawn({.namespaces = is_root() ? kNamespaces : kNamespaces | Ns::user}, [&] {
        mapped.wait();
        enter_cell(cell);
        body();
      });
  if (!is_root()) write_id_maps(child.pid(), maps_of_caller());
  mapped.open();
  return child;
}

void await_success(Process& process) {
  process.await_exec();
  const ExitStatus status = process.wait();
  if (status.shell_code() == 0) return;
  throw std::runtime_error("the process in the cell was ended by signal " +
                           std::to_string(status.signal));
}

}  // namespace toolkit
