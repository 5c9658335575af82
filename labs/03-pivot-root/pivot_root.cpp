// pivot-root: runs a command in a directory that it can't leave.
//
//   pivot-root --rootfs DIR [--] CMD [ARG…]
//
// What it guarantees:
//  - DIR is the root of the command and of its mount namespace; nothing else of the machine's tree
//    is mounted there;
//  - no working directory and no descriptor of this program leads out of it;
//  - /proc, /sys and a small /dev are there, each with the flags that it should have;
//  - the machine's own mounts stay as they were, and so does DIR on its disk.
// Its status is the command's, 128 + the signal that ended it, 126 and 127 as a shell gives them, or
// 125 where the command was never tried. Processes are not its business: /proc shows the machine's.

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

struct Request {
  std::string rootfs;
  Arguments command;
};

Request read_request(const Arguments& arguments) {
  Request request;
  std::size_t next = 0;
  if (arguments.size() > 1 && arguments[0] == "--rootfs") {
    request.rootfs = arguments[1];
    next = 2;
  }
  if (next < arguments.size() && arguments[next] == "--") ++next;
  request.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(next), arguments.end());
  if (request.rootfs.empty() || request.command.empty()) {
    throw std::invalid_argument("usage: pivot-root --rootfs DIR [--] CMD [ARG…]");
  }
  return request;
}

/// mount(2), as it is but for the error: "mount '/w/root/proc': Operation not permitted".
void mount(const char* source, const std::string& target, const char* type, unsigned long flags,
           const char* data = nullptr) {
  check(::mount(source, target.c_str(), type, flags, data), "mount", target);
}

void leave_shared_mounts() {
  // TODO(03.1): leave the mount namespace that this process shares with the machine
  toolkit::todo("03.1");
}

void stop_propagation() {
  // TODO(03.2): cut every mount of the new namespace off from its peers on the machine
  toolkit::todo("03.2");
}

void make_mount_point(const std::string& rootfs) {
  // TODO(03.3): make the rootfs a mount point of its own, with nosuid and nodev
  toolkit::todo("03.3");
}

void mount_kernel_files(const std::string& rootfs) {
  // TODO(03.4): mount proc and a read-only sysfs in the rootfs, with nosuid, nodev, noexec
  toolkit::todo("03.4");
}

void make_devices(const std::string& rootfs) {
  // TODO(03.5): mount a tmpfs on its /dev (nosuid, noexec), and in it six devices of the machine
  toolkit::todo("03.5");
}

void change_root(const std::string& rootfs) {
  // TODO(03.6): make the rootfs the root of the namespace; glibc has no function for pivot_root
  toolkit::todo("03.6");
}

void leave_old_root() {
  // TODO(03.7): let the old root go, with all that is mounted below it; stand in the new one
  toolkit::todo("03.7");
}

/// Turns this process into the command; where it can't, says why and ends as a shell would.
[[noreturn]] void become(Arguments words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  const int why = errno;
  std::fprintf(stderr, "pivot-root: %s: %s\n", argv[0], std::strerror(why));
  ::_exit(why == ENOENT ? 127 : 126);
}

int run(const Arguments& arguments) {
  const Request request = read_request(arguments);
  Process child = Process::spawn({}, [&request] {  // what follows happens to the child alone
    leave_shared_mounts();
    stop_propagation();
    make_mount_point(request.rootfs);
    mount_kernel_files(request.rootfs);
    make_devices(request.rootfs);
    change_root(request.rootfs);
    leave_old_root();
    become(request.command);
  });
  child.await_exec();  // throws here what was thrown there
  return child.wait().shell_code();
}

}  // namespace

int main(int argc, char** argv) { return toolkit::run_program("pivot-root", argc, argv, run); }
