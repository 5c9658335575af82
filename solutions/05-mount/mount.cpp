// mount: runs a command in a root of its own, with directories of the machine where it wants them.
//
//   mount [--propagation private|slave] [-v SRC:DST[:ro]]… [--tmpfs DST]… --rootfs DIR [--] CMD [ARG…]
//
// What it guarantees:
//  - nothing that is mounted for the command, or by it, is mounted on the machine;
//  - private (the default): what the machine mounts later stays out. slave: it comes in;
//  - -v shows SRC on DST, with all that is mounted in SRC. ro: none of it can be written to there;
//  - --tmpfs makes an empty directory of DST, in memory, of 16 MiB at most;
//  - DST is a directory or a file of DIR that is there, and no link leads it out of DIR.
// Its status is the command's, 128 + the signal that ended it, 126 and 127 as a shell gives them, or
// 125 where the command was never tried.

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/mount.h>
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
#include "toolkit/kernel/text.hpp"
#include "toolkit/lab/program.hpp"
#include "toolkit/lab/todo.hpp"

using toolkit::Arguments;
using toolkit::check;
using toolkit::Process;

namespace {

enum class Access { read_write, read_only };

struct Volume {
  std::string source;  ///< on the machine
  std::string target;  ///< in the rootfs, as the command will call it
  Access access = Access::read_write;
};

struct Request {
  unsigned long propagation = MS_PRIVATE;  ///< or MS_SLAVE
  std::vector<Volume> volumes;
  std::vector<std::string> tmpfs;
  std::string rootfs;
  Arguments command;
};

/// "SRC:DST" or "SRC:DST:ro"
Volume read_volume(const std::string& text) {
  const std::vector<std::string_view> parts = toolkit::split(text, ':');
  const bool read_only = parts.size() == 3 && parts[2] == "ro";
  if (parts.size() != 2 && !read_only) throw std::invalid_argument(text + " is no SRC:DST[:ro]");
  return {.source = std::string(parts[0]),
          .target = std::string(parts[1]),
          .access = read_only ? Access::read_only : Access::read_write};
}

unsigned long read_propagation(const std::string& word) {
  if (word == "private") return MS_PRIVATE;
  if (word == "slave") return MS_SLAVE;
  throw std::invalid_argument("--propagation is private or slave, not " + word);
}

Request read_request(const Arguments& arguments) {
  Request request;
  std::size_t next = 0;
  for (; next + 1 < arguments.size() && arguments[next].starts_with('-'); next += 2) {
    const std::string& option = arguments[next];
    const std::string& value = arguments[next + 1];
    if (option == "--") break;
    if (option == "--propagation") {
      request.propagation = read_propagation(value);
    } else if (option == "-v") {
      request.volumes.push_back(read_volume(value));
    } else if (option == "--tmpfs") {
      request.tmpfs.push_back(value);
    } else if (option == "--rootfs") {
      request.rootfs = value;
    } else {
      throw std::invalid_argument(option + " is no option of mine");
    }
  }
  if (next < arguments.size() && arguments[next] == "--") ++next;
  request.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(next), arguments.end());
  if (request.rootfs.empty() || request.command.empty()) {
    throw std::invalid_argument("which one? mount [OPTION…] --rootfs DIR [--] CMD [ARG…]");
  }
  return request;
}

/// mount(2), as it is but for the error: "mount '/mnt on /proc/self/fd/5': Operation not permitted".
void mount(const char* source, const std::string& target, const char* type, unsigned long flags,
           const char* data = nullptr) {
  const std::string what = source == nullptr ? target : source + (" on " + target);
  check(::mount(source, target.c_str(), type, flags, data), "mount", what);
}

/// A path that leads to what a descriptor is open on: "/proc/self/fd/5".
std::string path_of(int descriptor) { return "/proc/self/fd/" + std::to_string(descriptor); }

void leave_machines_mounts() {
  // step 05.1: a mount namespace of its own
  check(::unshare(CLONE_NEWNS), "unshare", "CLONE_NEWNS");
}

void set_propagation(unsigned long kind) {
  // step 05.2: every mount of the new namespace becomes private or a slave; kind is the flag
  mount(nullptr, "/", nullptr, MS_REC | kind);
}

/// A descriptor (O_PATH, O_CLOEXEC) of what the command will find at `path`. It stays open until exec.
int open_target(const std::string& rootfs, const std::string& path) {
  // step 05.3: open `path` as if `rootfs` were "/", whatever the links in there say: openat2(2)
  const int root = check(::open(rootfs.c_str(), O_PATH | O_CLOEXEC), "open", rootfs);
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT;
  long found = -1;
  do {  // EAGAIN: somebody mounts or renames meanwhile, and ".." can't be trusted
    found = ::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how);
  } while (found == -1 && errno == EAGAIN);
  return static_cast<int>(check(found, "openat2", path));
}

void show(const Volume& volume, const std::string& rootfs) {
  const int target = open_target(rootfs, volume.target);
  // step 05.4: show the source on the target, with all that is mounted in it
  mount(volume.source.c_str(), path_of(target), nullptr, MS_BIND | MS_REC);
}

void make_read_only(const Volume& volume, const std::string& rootfs) {
  // step 05.5: what is mounted there now, and all in it, becomes read-only: mount_setattr(2)
  const int mounted = open_target(rootfs, volume.target);
  mount_attr wanted{};
  wanted.attr_set = MOUNT_ATTR_RDONLY;
  constexpr unsigned kAll = AT_EMPTY_PATH | AT_RECURSIVE;
  check(::syscall(SYS_mount_setattr, mounted, "", kAll, &wanted, sizeof wanted), "mount_setattr",
        volume.target);
}

void mount_tmpfs(const std::string& path, const std::string& rootfs) {
  const int target = open_target(rootfs, path);
  // step 05.6: a new tmpfs on the target, with nosuid and nodev, and no bigger than 16 MiB
  mount("tmpfs", path_of(target), "tmpfs", MS_NOSUID | MS_NODEV, "size=16m");
}

/// What lab 03 was about: the rootfs becomes a mount, in the end it is the root, and the rest goes.
void make_mount_point(const std::string& rootfs) {
  mount(rootfs.c_str(), rootfs, nullptr, MS_BIND | MS_REC);
}
void change_root(const std::string& rootfs) {
  check(::chdir(rootfs.c_str()), "chdir", rootfs);
  check(::syscall(SYS_pivot_root, ".", "."), "pivot_root", rootfs);
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
  std::fprintf(stderr, "mount: %s: %s\n", argv[0], std::strerror(why));
  ::_exit(why == ENOENT ? 127 : 126);
}

int run(const Arguments& arguments) {
  const Request request = read_request(arguments);
  Process child = Process::spawn({}, [&request] {  // what follows happens to the child alone
    leave_machines_mounts();
    set_propagation(request.propagation);
    make_mount_point(request.rootfs);
    for (const Volume& volume : request.volumes) {
      show(volume, request.rootfs);
      if (volume.access == Access::read_only) make_read_only(volume, request.rootfs);
    }
    for (const std::string& path : request.tmpfs) mount_tmpfs(path, request.rootfs);
    change_root(request.rootfs);
    become(request.command);
  });
  child.await_exec();  // throws here what was thrown there
  return child.wait().shell_code();
}

}  // namespace

int main(int argc, char** argv) { return toolkit::run_program("mount", argc, argv, run); }
