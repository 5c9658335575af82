#include "toolkit/kernel/test_causes.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "toolkit/kernel/capabilities.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::test {
namespace {

/// Tries to become a file with this content.
int exec_file(std::string_view content, mode_t mode) {
  const TempDir place;
  const std::string file = place.file("program", content);
  check(::chmod(file.c_str(), mode), "chmod", file);
  std::vector<char*> none{nullptr};
  return said(::execve(file.c_str(), none.data(), none.data()));
}

int exec_none() {
  std::vector<char*> none{nullptr};
  return said(::execve("/none/program", none.data(), none.data()));
}

int exec_on_noexec_mount() {
  const TempDir place;
  mount("tmpfs", place.path(), "tmpfs", MS_NOEXEC);
  const std::string file = place.file("program", "#!/bin/true\n");
  check(::chmod(file.c_str(), 0755), "chmod", file);
  std::vector<char*> none{nullptr};
  const int error = said(::execve(file.c_str(), none.data(), none.data()));
  unmount(place.path());
  return error;
}

int exec_while_it_is_written() {
  const TempDir place;
  const std::string file = place.file("program", "#!/bin/true\n");
  const Fd writer = open_file(file, O_WRONLY);
  check(::chmod(file.c_str(), 0755), "chmod", file);
  std::vector<char*> none{nullptr};
  return said(::execve(file.c_str(), none.data(), none.data()));
}

int regain_capabilities() {
  const Capabilities all = current_capabilities();
  set_capabilities({});
  try {
    set_capabilities(all);
    return 0;
  } catch (const SystemError& error) {
    return error.number();
  }
}

int filter_without_right() {
  sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  const sock_fprog program{.len = 1, .filter = &allow};
  return said(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

/// A group of the cpuset hierarchy, new and empty, removed again.
int join_empty_cpuset() {
  const std::string group = "/sys/fs/cgroup/cpuset/cooperage-test-" + std::to_string(::getpid());
  check(::mkdir(group.c_str(), 0755), "mkdir", group);
  write_file(group + "/cpuset.mems", "\n");  // where clone_children is set, it was born with some
  const int error = said_writing((group + "/cgroup.procs").c_str(), std::to_string(::getpid()));
  check(::rmdir(group.c_str()), "rmdir", group);
  return error;
}

/// A group of cgroup v2 that hands a controller on to its children, new, removed again. Not one
/// that can be had a thread at a time: those let processes stay. See "Threads" in cgroups(7).
int join_group_with_children() {
  const std::string group = unified_groups() + "/cooperage-test-" + std::to_string(::getpid());
  check(::mkdir(group.c_str(), 0755), "mkdir", group);
  write_file(group + "/cgroup.subtree_control", "+memory");
  const int error = said_writing((group + "/cgroup.procs").c_str(), std::to_string(::getpid()));
  check(::rmdir(group.c_str()), "rmdir", group);
  return error;
}

/// Drops every right that root has over others; a program started so would be dumpable.
void become_nobody() {
  constexpr uid_t kNobody = 65534;
  if (::geteuid() != 0) return;
  check(::setgroups(0, nullptr), "setgroups");
  check(::setresgid(kNobody, kNobody, kNobody), "setresgid");
  check(::setresuid(kNobody, kNobody, kNobody), "setresuid");
  check(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "prctl");
}

}  // namespace

std::string unified_groups() {
  for (const char* place : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    if (::access((std::string(place) + "/cgroup.controllers").c_str(), R_OK) == 0) return place;
  }
  return {};
}

void as_caller(const Cause& cause, const std::function<void()>& body) {
  switch (cause.caller) {
    case Caller::inside:
      return inside(cause.kinds, body);
    case Caller::nobody:
      return in_child([&] {
        become_nobody();
        body();
      });
    case Caller::host_root:
      return in_child(body);
  }
}

std::vector<Cause> all_causes() {
  std::vector<Cause> all;
  for (auto* part : {causes_of_roots, causes_of_mounts, causes_of_namespaces, causes_of_ids,
                     causes_of_processes, causes_of_groups}) {
    const std::vector<Cause> causes = part();
    all.insert(all.end(), causes.begin(), causes.end());
  }
  return all;
}

std::string error_name(int number) {
  const char* name = ::strerrorname_np(number);
  return name != nullptr ? name : std::to_string(number);
}

int said(long result) { return result == -1 ? errno : 0; }

int said_writing(const char* path, std::string_view text) {
  const Fd file = open_file(path, O_WRONLY);
  return said(::write(file.get(), text.data(), text.size()));
}

std::vector<Cause> causes_of_processes() {
  return {
      {.call = "execve", .error = ENOENT, .fail = exec_none},
      {.call = "execve",
       .error = ENOENT,
       .fail = [] { return exec_file("#!/none/interpreter\n", 0755); }},
      {.call = "execve", .error = EACCES, .fail = [] { return exec_file("#!/bin/true\n", 0644); }},
      {.call = "execve", .error = EACCES, .kinds = Ns::mount, .fail = exec_on_noexec_mount},
      {.call = "execve", .error = ENOEXEC, .fail = [] { return exec_file("true\n", 0755); }},
      {.call = "execve", .error = ETXTBSY, .fail = exec_while_it_is_written},
      {.call = "wait4",
       .error = ECHILD,
       .fail = [] { return said(::waitpid(::getpid(), nullptr, 0)); }},
      {.call = "kill", .error = ESRCH, .fail = [] { return said(::kill(0x7ffffff0, 0)); }},
      {.call = "capset", .error = EPERM, .fail = regain_capabilities},
      {.call = "prctl",
       .error = EPERM,
       .caller = Caller::nobody,
       .fail = [] { return said(::prctl(PR_CAPBSET_DROP, 0, 0, 0, 0)); }},
      {.call = "seccomp", .error = EACCES, .caller = Caller::nobody, .fail = filter_without_right},
  };
}

std::vector<Cause> causes_of_groups() {
  return {
      {.call = "write",
       .subject = "cgroup.procs",
       .error = ENOSPC,
       .caller = Caller::host_root,
       .fail = join_empty_cpuset},
      {.call = "write",
       .subject = "cgroup.procs",
       .error = EBUSY,
       .caller = Caller::host_root,
       .fail = join_group_with_children},
  };
}

}  // namespace toolkit::test
