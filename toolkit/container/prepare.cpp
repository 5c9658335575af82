#include "toolkit/container/prepare.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

void set_not_dumpable() { check(::prctl(PR_SET_DUMPABLE, 0), "prctl", "PR_SET_DUMPABLE"); }

void send_root(const std::string& root, pid_t child, FdRef socket) {
  const Fd users = open_namespace(child, Ns::user);
  const Fd tree = open_tree(root, Recurse::no);
  try {
    map_ids(tree, users);
  } catch (const SystemError& error) {
    if (error.number() != EINVAL) throw;
    throw std::runtime_error(
        "'" + root +
        "': its filesystem has no idmapped mounts, so its files would be nobody's in "
        "the container; give a --rootfs that belongs to the ids of --uidmap");
  }
  send_fd(socket, tree);
}

std::string children_file() {
  const std::string id = std::to_string(::getpid());
  return "/proc/" + id + "/task/" + id + "/children";
}

}  // namespace

bool needs_parent(const Plan& plan) { return plan.id_maps || plan.mapped_root; }

void prepare_child(const Plan& plan, pid_t child, Channel& channel) {
  if (plan.id_maps) write_id_maps(child, *plan.id_maps);
  if (plan.mapped_root) send_root(*plan.mapped_root, child, channel.root.value().ours);
  if (plan.processes == Processes::own) return;
  set_not_dumpable();
  check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl", "PR_SET_CHILD_SUBREAPER");
}

void join_namespaces(const std::vector<Join>& joins) {
  set_not_dumpable();
  std::vector<Fd> opened;
  for (const Join& join : joins) opened.push_back(open_file(join.path, O_RDONLY | O_NONBLOCK));
  for (std::size_t i = 0; i < joins.size(); ++i) enter(opened[i], joins[i].kind);
}

void end_orphans() {
  siginfo_t ended{};
  const std::string file = children_file();
  while (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG) == 0) {
    if (ended.si_pid != 0) {
      ended = {};
      continue;
    }
    const std::string children = read_file(file);
    for (const std::string_view child : words(children)) {
      const auto pid = parse_id(child);
      // Our own child, and no longer waited for by anybody else: the number can't be another's.
      if (pid) ::kill(static_cast<pid_t>(*pid), SIGKILL);
    }
    if (::waitid(P_ALL, 0, &ended, WEXITED) == -1) return;
    ended = {};
  }
}

}  // namespace toolkit
