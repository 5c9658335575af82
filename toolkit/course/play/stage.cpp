#include "toolkit/course/play/stage.hpp"

#include <sys/prctl.h>
#include <sys/shm.h>
#include <unistd.h>

#include <string_view>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/users.hpp"

namespace toolkit::course {
namespace {

constexpr const char* kRoot = "/w/rootfs";
constexpr const char* kProc = "/w/rootfs/proc";

constexpr std::size_t number_of(std::string_view name) {
  for (std::size_t i = 0; i < kStages.size(); ++i) {
    if (kStages.at(i).name == name) return i;
  }
  return kStages.size();
}

constexpr std::size_t kChroot = number_of("chroot");
constexpr std::size_t kUts = number_of("uts");
constexpr std::size_t kMount = number_of("mount");
constexpr std::size_t kPivotRoot = number_of("pivot_root");
constexpr std::size_t kPid = number_of("pid");
constexpr std::size_t kUser = number_of("user");

Ns namespaces_of(std::size_t stage) {
  Ns kinds = Ns::none;
  const auto add = [&](std::string_view name, Ns kind) {
    if (stage >= number_of(name)) kinds |= kind;
  };
  add("uts", Ns::uts);
  add("mount", Ns::mount);
  add("pid", Ns::pid);
  add("ipc", Ns::ipc);
  add("net", Ns::net);
  add("user", Ns::user);
  add("cgroup", Ns::cgroup);
  return kinds;
}

void change_root(std::size_t stage) {
  if (stage < kChroot) return;
  if (stage < kPivotRoot) {
    check(::chroot(kRoot), "chroot", kRoot);
  } else {
    bind(kRoot, kRoot);
    check(::chdir(kRoot), "chdir", kRoot);
    pivot_root_here();
    unmount(".", Detach::yes);
  }
  check(::chdir("/"), "chdir", "/");
}

/// In the process that is isolated.
void isolate_self(std::size_t stage) {
  if (stage >= kMount) set_propagation("/", Propagation::private_);
  if (stage >= kUts) set_hostname("barrel");
  // While the machine's is in sight: afterwards the kernel would refuse one. See user_namespaces(7).
  if (stage >= kPid) mount("proc", kProc, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
  change_root(stage);
}

}  // namespace

void prepare_stages(const checks::Machine& machine) {
  Process process = machine.spawn([] {
    mount("proc", kProc, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
    constexpr std::size_t kPage = 4096;
    check(::shmget(IPC_PRIVATE, kPage, IPC_CREAT | 0600), "shmget");
  });
  process.wait();
  process.await_exec();
}

View view_at(const checks::Machine& machine, std::size_t stage) {
  Pipe seen = make_pipe();
  Process process = machine.spawn([&] {
    // A change of ids left this process to the host's root; what it makes must be the machine's, for the
    // files of a child's id maps. See PR_SET_DUMPABLE in prctl(2).
    check(::prctl(PR_SET_DUMPABLE, 1), "prctl", "PR_SET_DUMPABLE");
    const Outside outside = look_outside();
    Gate mapped;
    Process isolated = Process::spawn({.namespaces = namespaces_of(stage)}, [&] {
      mapped.wait();
      isolate_self(stage);
      write_all(seen.write, to_text(look(outside)), "view");
    });
    if (stage >= kUser) write_id_maps(isolated.pid(), rootless_maps(0, 0, {}, {}));
    mapped.open();
    isolated.await_exec();
    isolated.wait();
  });
  seen.write.reset();
  const std::string text = read_all(seen.read, "view");
  process.wait();
  process.await_exec();
  return view_from_text(text);
}

}  // namespace toolkit::course
