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
  // step 03.1: leave the mount namespace that this process shares with the machine
  check(::unshare(CLONE_NEWNS), "unshare", "CLONE_NEWNS");
}

void stop_propagation() {
  // step 03.2: cut every mount of the new namespace off from its peers on the machine
  mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE);
}

void make_mount_point(const std::string& rootfs) {
  // step 03.3: make the rootfs a mount point of its own, with nosuid and nodev
  mount(rootfs.c_str(), rootfs, nullptr, MS_BIND | MS_REC);
  mount(nullptr, rootfs, nullptr, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV);
}

void mount_kernel_files(const std::string& rootfs) {
  // step 03.4: mount proc and a read-only sysfs in the rootfs, with nosuid, nodev, noexec
  constexpr unsigned long kPlain = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  mount("proc", rootfs + "/proc", "proc", kPlain);
  mount("sysfs", rootfs + "/sys", "sysfs", kPlain | MS_RDONLY);
}

void make_devices(const std::string& rootfs) {
  // step 03.5: mount a tmpfs on its /dev (nosuid, noexec), and in it six devices of the machine
  const std::string dev = rootfs + "/dev";
  mount("dev", dev, "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=64k");
  for (const std::string name : {"/null", "/zero", "/full", "/random", "/urandom", "/tty"}) {
    toolkit::open_file(dev + name, O_CREAT | O_WRONLY, 0666).reset();  // a file to mount on
    mount(("/dev" + name).c_str(), dev + name, nullptr, MS_BIND);
  }
}

void change_root(const std::string& rootfs) {
  // step 03.6: make the rootfs the root of the namespace; glibc has no function for pivot_root
  check(::chdir(rootfs.c_str()), "chdir", rootfs);
  check(::syscall(SYS_pivot_root, ".", "."), "pivot_root", rootfs);
}

void leave_old_root() {
  // step 03.7: let the old root go, with all that is mounted below it; stand in the new one
  check(::umount2(".", MNT_DETACH), "umount2", "the old root");
  check(::chdir("/"), "chdir", "/");
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
