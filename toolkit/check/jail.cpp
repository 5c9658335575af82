#include "toolkit/check/jail.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <csignal>

#include "toolkit/check/context.hpp"
#include "toolkit/check/furnish.hpp"
#include "toolkit/check/observe.hpp"
#include "toolkit/check/random.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/rootfs.hpp"

namespace toolkit::checks {

Jail make_jail(Machine& machine, int depth) {
  const Settings& settings = context().settings;
  Jail jail{.path = machine.work(random_name()), .program = '/' + settings.name};
  make_directory(machine, jail.path);
  mount_tmpfs(machine, jail.path);  // on the way up, two directories have the same inode number
  for (int level = 2; level < depth; ++level) jail.path += '/' + random_name(3);
  for (const char* name : {"/proc", "/sys", "/dev", "/tmp", "/w"})
    make_directory(machine, jail.path + name);
  constexpr mode_t kExecutable = 0755;
  machine.make_file(jail.path + jail.program, read_file(settings.subject), kExecutable);
  jail.id = machine.id_of(jail.path);
  return jail;
}

std::string program_beside(const Machine& machine, const std::string& name) {
  return context().settings.beside.contains(name) ? machine.work(name) : "";
}

namespace {

/// What a dynamically linked program of the machine needs, as the machine has it.
void lend_programs(Machine& machine, const std::string& root) {
  make_directory(machine, root + "/usr");
  mount_bind(machine, "/usr", root + "/usr");
  for (const char* name : {"lib", "lib64"})
    make_link(machine, root + '/' + name, std::string("usr/") + name);
}

}  // namespace

void copy_names(Machine& machine, const std::string& from) {
  const std::vector<std::string> names = machine.list(from);
  static_cast<void>(machine.inside(Ns::mount, [&names] {
    constexpr unsigned long kAgain = MS_REMOUNT | MS_BIND | MS_NOSUID;
    check(::mount(nullptr, "/", nullptr, kAgain, nullptr), "mount", "/");
    for (const std::string& name : names) make_directories('/' + name);
    check(::mount(nullptr, "/", nullptr, kAgain | MS_RDONLY, nullptr), "mount", "/");
    return std::string();
  }));
  machine.settle();
}

Sleepers::Sleepers(Machine& machine, const std::vector<std::string>& roots) : machine_(machine) {
  for (const std::string& root : roots) {
    if (!root.empty()) lend_programs(machine, root);
    starters_.push_back(machine.spawn([&root] {
      if (!root.empty()) enter_chroot(root);
      ::execl("/usr/bin/sleep", "sleep", "1000", nullptr);
      throw_errno("execve", "/usr/bin/sleep");
    }));
    // Before its exec it is a copy of the checker, which nobody on the machine may look at.
    for (int i = 0; i < 100'000 && pids().size() < starters_.size(); ++i)
      ::sched_yield();  // NOLINT: some seconds
  }
}

/// Its parent must see its end, or nobody would reap it, and the machine would not end.
Sleepers::~Sleepers() {
  for (const pid_t pid : pids()) ::kill(pid, SIGKILL);
  for (Process& starter : starters_) starter.wait();
}

std::vector<pid_t> Sleepers::pids() const {
  std::vector<pid_t> found;
  for (const pid_t pid : machine_.processes()) {
    if (activity_of(pid).name == "sleep") found.push_back(pid);
  }
  return found;
}

void leave_open(const std::string& path, int number) {
  const Fd opened = open_file(path, O_RDONLY);
  check(::dup2(opened.get(), number), "dup2", path);
}

void enter_chroot(const std::string& path) {
  check(::chroot(path.c_str()), "chroot", path);
  check(::chdir("/"), "chdir", "/");
}

void enter_pivot_root(const std::string& path) {
  unshare(Ns::mount);
  set_propagation("/", Propagation::private_);
  toolkit::bind(path, path);
  check(::chdir(path.c_str()), "chdir", path);
  pivot_root_here();
  unmount(".", Detach::yes);
  check(::chdir("/"), "chdir", "/");
}

}  // namespace toolkit::checks
