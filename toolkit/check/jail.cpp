#include "toolkit/check/jail.hpp"

#include <unistd.h>

#include "toolkit/check/context.hpp"
#include "toolkit/check/furnish.hpp"
#include "toolkit/check/random.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"

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
