// cgroup-namespace: runs a command whose cgroups look to it like the only ones there are.
//
//   cgroup-namespace [--join GROUP]… [--mount HIERARCHY DIR]… [--] CMD [ARG…]
//
// GROUP is a directory of a cgroup filesystem. HIERARCHY is "cgroup2", or the controllers of a v1
// hierarchy as its mount has them: "pids", "cpu,cpuacct", "name=systemd".
//
// What it guarantees:
//  - the command is in each GROUP, and this program is not;
//  - it has a cgroup namespace of its own, whose root in every hierarchy is the group that it is in:
//    /proc/self/cgroup says "/" in each line;
//  - it has none of the machine's cgroup mounts, and no descriptor of one: what it can name of
//    cgroups begins at its own roots;
//  - each HIERARCHY is mounted at its DIR, with that root, nosuid, nodev and noexec;
//  - nobody outside notices.
// Its status is the command's, 128 + the signal that ended it, 126 and 127 as a shell gives them, or
// 125 where the command was never tried.

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/lab/program.hpp"
#include "toolkit/lab/todo.hpp"

using toolkit::Arguments;
using toolkit::check;
using toolkit::Process;

namespace {

struct Mount {
  std::string hierarchy;
  std::string directory;
};

struct Request {
  std::vector<std::string> groups;
  std::vector<Mount> mounts;
  Arguments command;
};

[[noreturn]] void refuse() {
  throw std::invalid_argument(
      "usage: cgroup-namespace [--join GROUP]… [--mount HIERARCHY DIR]… [--] CMD [ARG…]");
}

Request read_request(const Arguments& arguments) {
  Request request;
  std::size_t next = 0;
  const auto take = [&]() -> const std::string& {
    if (next == arguments.size()) refuse();
    return arguments[next++];
  };
  while (next < arguments.size() && arguments[next].starts_with("--")) {
    const std::string& option = arguments[next++];
    if (option == "--") break;
    if (option == "--join") {
      request.groups.push_back(take());
    } else if (option == "--mount") {
      const std::string& hierarchy = take();
      request.mounts.push_back({.hierarchy = hierarchy, .directory = take()});
    } else {
      refuse();
    }
  }
  request.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(next), arguments.end());
  if (request.command.empty()) refuse();
  return request;
}

void join(const std::string& group) {
  // step 17.1: move this process, and nobody else, into the group
  toolkit::write_file(group + "/cgroup.procs", "0");
}

void make_this_the_root() {
  // step 17.2: leave the cgroup namespace of the machine; where this process is, is its root now
  check(::unshare(CLONE_NEWCGROUP), "unshare", "CLONE_NEWCGROUP");
}

void leave_the_machines_mounts() {
  // step 17.3: in a mount namespace of its own, let go what the machine mounts at /sys/fs/cgroup
  check(::unshare(CLONE_NEWNS), "unshare", "CLONE_NEWNS");
  check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "mount", "/");
  check(::umount2("/sys/fs/cgroup", MNT_DETACH), "umount2", "/sys/fs/cgroup");
}

void mount_hierarchy(const std::string& hierarchy, const std::string& directory) {
  // step 17.4: mount the hierarchy anew, with nosuid, nodev and noexec; v1 is told which by data
  constexpr unsigned long kPlain = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  const bool unified = hierarchy == "cgroup2";
  check(::mount("cgroup", directory.c_str(), unified ? "cgroup2" : "cgroup", kPlain,
                unified ? nullptr : hierarchy.c_str()),
        "mount", directory);
}

/// Turns this process into the command; where it can't, says why and ends as a shell would.
[[noreturn]] void become(Arguments words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  const int why = errno;
  std::fprintf(stderr, "cgroup-namespace: %s: %s\n", argv[0], std::strerror(why));
  ::_exit(why == ENOENT ? 127 : 126);
}

int run(const Arguments& arguments) {
  const Request request = read_request(arguments);
  Process child = Process::spawn({}, [&request] {  // what follows happens to the child alone
    for (const std::string& group : request.groups) join(group);
    make_this_the_root();
    leave_the_machines_mounts();
    for (const Mount& mount : request.mounts) mount_hierarchy(mount.hierarchy, mount.directory);
    become(request.command);
  });
  child.await_exec();  // throws here what was thrown there
  return child.wait().shell_code();
}

}  // namespace

int main(int argc, char** argv) {
  return toolkit::run_program("cgroup-namespace", argc, argv, run);
}
