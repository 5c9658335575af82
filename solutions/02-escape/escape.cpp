// escape: leaves a chroot, as root, and runs a command where it got to.
//
//   escape --how chroot|descriptor|proc [--] CMD [ARG…]
//   escape --table
//
// What it guarantees:
//  - CMD has the machine's root directory as its root, and was looked up there;
//  - where that can't be done by the way that was asked for, CMD does not run: the status is 125,
//    and a line on stderr says why;
//  - --table prints, for each way, the call that leads out and the capability that it needs.
// The ways: a second chroot; a directory that somebody left open; another process's root.

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "toolkit/kernel/error.hpp"
#include "toolkit/lab/program.hpp"
#include "toolkit/lab/todo.hpp"

using toolkit::Arguments;
using toolkit::check;

namespace {

/// Which directory it is, whatever it is called.
struct Place {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const Place&) const = default;
};
Place place_of(const char* path) {
  struct stat status {};
  check(::stat(path, &status), "stat", path);
  return {.device = status.st_dev, .inode = status.st_ino};
}

/// A way out: the call with which one comes to stand outside, and the capability that the call needs.
struct Row {
  const char* way;
  const char* call;        ///< "openat"
  const char* capability;  ///< "CAP_SYS_ADMIN", or "none"
};

std::vector<Row> table() {
  // step 02.7: a row for chroot, one for descriptor, one for proc, each as a Row says it
  return {{"chroot", "chroot", "CAP_SYS_CHROOT"},
          {"descriptor", "fchdir", "none"},
          {"proc", "chdir", "CAP_SYS_PTRACE"}};
}

void climb() {
  // step 02.2: go up by ".." until that leads nowhere new
  for (Place before; before != place_of(".");) {
    before = place_of(".");
    check(::chdir(".."), "chdir", "..");
  }
}

void by_chroot() {
  // step 02.1: give this process a root below the one it has, and stay standing outside of that
  if (::mkdir("cell", 0700) == -1 && errno != EEXIST) toolkit::throw_errno("mkdir", "cell");
  check(::chroot("cell"), "chroot", "cell");
}

void by_descriptor() {
  // step 02.5: stand in a directory outside that a descriptor from 3 to 1023 is open on; which?
  constexpr int kMost = 1024;
  for (int descriptor = 3; descriptor < kMost; ++descriptor) {
    if (::fchdir(descriptor) == -1) continue;
    climb();
    if (place_of(".") != place_of("/")) return;
  }
  throw std::runtime_error("no descriptor leads outside");
}

/// The numbers of the processes that /proc shows, as text.
std::vector<std::string> processes() {
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
  if (!proc) toolkit::throw_errno("opendir", "/proc");
  std::vector<std::string> numbers;
  while (const dirent* entry = ::readdir(proc.get())) {
    const std::string name = entry->d_name;
    if (name.find_first_not_of("0123456789") == name.npos) numbers.push_back(name);
  }
  return numbers;
}

void by_proc() {
  // step 02.6: stand in the root of another process, where one may, and where that leads outside
  for (const std::string& process : processes()) {
    if (::chdir(("/proc/" + process + "/root").c_str()) == -1) continue;
    climb();
    if (place_of(".") != place_of("/")) return;
  }
  throw std::runtime_error("no process that may be looked at leads outside");
}

void stand_outside(const std::string& how) {
  if (how == "chroot") return by_chroot();
  if (how == "descriptor") return by_descriptor();
  if (how == "proc") return by_proc();
  throw std::invalid_argument("--how is chroot, descriptor or proc, not " + how);
}

void take_root() {
  // step 02.3: the directory that one stands in becomes the root
  check(::chroot("."), "chroot", ".");
}

void expect_outside(const Place& jail) {
  // step 02.4: whoever is still in the jail throws: its root is `jail`
  if (place_of("/") == jail) throw std::runtime_error("this is still the jail");
}

/// Turns this process into the command; its exit status where it can't.
int become(Arguments words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  const int why = errno;
  std::fprintf(stderr, "escape: %s: %s\n", argv[0], std::strerror(why));
  return why == ENOENT ? 127 : 126;
}

int run(const Arguments& arguments) {
  if (arguments == Arguments{"--table"}) {
    for (const Row& row : table()) std::printf("%s %s %s\n", row.way, row.call, row.capability);
    return 0;
  }
  const std::size_t command = arguments.size() > 2 && arguments[2] == "--" ? 3 : 2;
  if (arguments.size() <= command || arguments[0] != "--how") {
    throw std::invalid_argument("which one? escape --how WAY [--] CMD [ARG…], or escape --table");
  }
  const Place jail = place_of("/");
  stand_outside(arguments[1]);
  climb();
  take_root();
  expect_outside(jail);
  return become({arguments.begin() + static_cast<std::ptrdiff_t>(command), arguments.end()});
}

}  // namespace

int main(int argc, char** argv) { return toolkit::run_program("escape", argc, argv, run); }
