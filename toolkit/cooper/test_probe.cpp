// What the tests run inside a container: each word tries one thing and prints what the kernel said,
// "ok" or the name of the error. It writes to nothing that it did not make.
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

unsigned number(const char* text) { return static_cast<unsigned>(::atoi(text)); }

const char* said(long result) { return result >= 0 ? "ok" : ::strerrorname_np(errno); }

int open_for_writing(const char* path) { return ::open(path, O_WRONLY | O_APPEND | O_CLOEXEC); }

/// A device made here, then opened. "mknod ERROR" or what opening it said.
void try_device(const char* path, unsigned kind, unsigned major, unsigned minor) {
  if (::mknod(path, kind | 0600, ::makedev(major, minor)) == -1) {
    ::printf("mknod %s\n", said(-1));
    return;
  }
  ::puts(said(::open(path, O_RDONLY | O_NONBLOCK)));
  ::unlink(path);
}

int connect_abstract(const char* name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ::strncpy(address.sun_path + 1, name, sizeof address.sun_path - 2);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + ::strlen(name));
  return ::connect(fd, reinterpret_cast<sockaddr*>(&address), length);
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<in_port_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int connect_port(int port) {
  const sockaddr_in address = loopback(port);
  return ::connect(::socket(AF_INET, SOCK_STREAM, 0), reinterpret_cast<const sockaddr*>(&address),
                   sizeof address);
}

int connect_to_self() {
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), length) == -1) return -1;
  if (::listen(listener, 1) == -1) return -1;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  return connect_port(ntohs(address.sin_port));
}

/// The classic way out of a chroot: it works wherever the root is no mount of its own.
void break_out(const char* canary) {
  ::mkdir("/tmp/jail", 0700);
  if (::chroot("/tmp/jail") == -1) {
    ::printf("chroot %s\n", said(-1));
    return;
  }
  for (int i = 0; i < 64; ++i) {
    if (::chdir("..") == -1) break;
  }
  if (::chroot(".") == -1) ::printf("chroot %s\n", said(-1));
  ::puts(said(::open(canary, O_RDONLY)));
}

void write_text(const char* path, const char* text) {
  const int fd = ::open(path, O_WRONLY);
  if (fd == -1 || ::write(fd, text, ::strlen(text)) == -1) ::printf("%s %s\n", path, said(-1));
  ::close(fd);
}

/// Writes to a file what is in it, which changes nothing where it is allowed.
long write_same(const char* path) {
  char text[4096];
  const int fd = ::open(path, O_RDWR);
  if (fd == -1) return -1;
  const ssize_t length = ::read(fd, text, sizeof text - 1);
  if (length == -1) return -1;
  if (length == 0) return ::write(fd, "\n", 1);
  return ::write(fd, text, static_cast<std::size_t>(length));
}

/// All that a user namespace of the container's own may try against the masks.
void try_nested() {
  const unsigned uid = ::getuid();
  const unsigned gid = ::getgid();
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP) ==
      -1) {
    ::printf("unshare %s\n", said(-1));
    return;
  }
  char map[32];
  ::snprintf(map, sizeof map, "0 %u 1", uid);
  write_text("/proc/self/setgroups", "deny");
  write_text("/proc/self/uid_map", map);
  ::snprintf(map, sizeof map, "0 %u 1", gid);
  write_text("/proc/self/gid_map", map);
  if (::fork() != 0) {
    ::wait(nullptr);
    return;
  }
  ::printf("tmpfs %s\n", said(::mount("t", "/dev/shm", "tmpfs", 0, nullptr)));
  ::mkdir("/dev/shm/p", 0700);
  ::printf("proc %s\n", said(::mount("p", "/dev/shm/p", "proc", 0, nullptr)));
  ::printf("sysfs %s\n", said(::mount("s", "/dev/shm/p", "sysfs", 0, nullptr)));
  ::printf("unmask %s\n", said(::umount2("/proc/timer_list", MNT_DETACH)));
  ::printf("unmount %s\n", said(::umount2("/proc", MNT_DETACH)));
  ::printf("remount %s\n",
           said(::mount(nullptr, "/proc/sys", nullptr, MS_REMOUNT | MS_BIND, nullptr)));
  ::printf("remount-sys %s\n",
           said(::mount(nullptr, "/sys", nullptr, MS_REMOUNT | MS_BIND, nullptr)));
  ::printf("release-agent %s\n", said(::mount("c", "/dev/shm/p", "cgroup", 0, "pids") == 0
                                          ? write_same("/dev/shm/p/release_agent")
                                          : -1));
  ::fflush(stdout);
  ::_exit(0);
}

/// Each text once: what is seen again and again is no news.
void tell_once(const char* kind, const char* text) {
  static char told[64][256];
  char line[256];
  ::snprintf(line, sizeof line, "%s %s", kind, text);
  for (auto& known : told) {
    if (::strcmp(known, line) == 0) return;
    if (known[0] != '\0') continue;
    ::strcpy(known, line);
    ::puts(line);
    return;
  }
}

void tell_link(const char* kind, const char* path) {
  char link[200] = {};
  if (::readlink(path, link, sizeof link - 1) > 0) {
    tell_once(kind, ::strncmp(link, "pipe:", 5) == 0 ? "pipe" : link);
  } else if (errno != ENOENT && errno != ESRCH) {
    tell_once(kind, said(-1));
  }
}

/// What can be seen of processes that come and go, until there is something to read.
void watch() {
  pollfd input{.fd = 0, .events = POLLIN, .revents = 0};
  while (::poll(&input, 1, 0) == 0) {
    DIR* processes = ::opendir("/proc");
    while (const dirent* process = ::readdir(processes)) {
      const int pid = ::atoi(process->d_name);
      if (pid <= 1 || pid == ::getpid()) continue;
      char path[600];
      ::snprintf(path, sizeof path, "/proc/%d/exe", pid);
      tell_link("exe", path);
      for (int fd = 3; fd < 30; ++fd) {
        ::snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, fd);
        tell_link("fd", path);
      }
    }
    ::closedir(processes);
  }
}

void request_key(const char* name) {
  const long key = ::syscall(SYS_request_key, "user", name, nullptr, 0);
  ::puts(said(key));
}

/// Two names change places until the input ends; "swapping" is said when the first round is done.
void exchange(const char* a, const char* b) {
  constexpr unsigned kExchange = 2;
  ::fcntl(0, F_SETFL, O_NONBLOCK);
  bool told = false;
  char byte = 0;
  while (::read(0, &byte, 1) != 0) {
    for (int i = 0; i < 200; ++i) ::syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, kExchange);
    if (!told) ::puts("swapping");
    ::fflush(stdout);
    told = true;
  }
}

/// Orphans for PID 1 to reap; then how many children of PID 1 are left as zombies is anybody's to see.
void make_orphans(int count) {
  for (int i = 0; i < count; ++i) {
    if (::fork() == 0) {
      if (::fork() == 0) ::_exit(0);
      ::_exit(0);
    }
    ::wait(nullptr);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto is = [&](const char* word, int words) {
    return argc == words + 2 && ::strcmp(argv[1], word) == 0;
  };
  if (is("write", 1)) ::puts(said(open_for_writing(argv[2])));
  if (is("read", 1)) ::puts(said(::open(argv[2], O_RDONLY)));
  if (is("block", 3)) try_device(argv[2], S_IFBLK, number(argv[3]), number(argv[4]));
  if (is("character", 3)) try_device(argv[2], S_IFCHR, number(argv[3]), number(argv[4]));
  if (is("abstract", 1)) ::puts(said(connect_abstract(argv[2])));
  if (is("port", 1)) ::puts(said(connect_port(::atoi(argv[2]))));
  if (is("self", 0)) ::puts(said(connect_to_self()));
  if (is("break-out", 1)) break_out(argv[2]);
  if (is("nested", 0)) try_nested();
  if (is("watch", 0)) watch();
  if (is("key", 1)) request_key(argv[2]);
  if (argc > 3 && ::strcmp(argv[1], "with-key") == 0) {
    ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
    if (::syscall(SYS_add_key, "user", argv[2], "x", 1, KEY_SPEC_SESSION_KEYRING) == -1) return 1;
    ::execvp(argv[3], argv + 3);
    return 1;
  }
  if (is("wait", 0)) {
    ::puts("ready");
    ::fflush(stdout);
    char byte = 0;
    while (::read(0, &byte, 1) == 1) {
    }
  }
  if (is("type", 0)) ::puts(said(::ioctl(0, TIOCSTI, "x")));
  if (is("take-terminal", 0)) ::puts(said(::ioctl(0, TIOCSCTTY, 1)));
  if (is("trace", 1)) ::puts(said(::ptrace(PTRACE_ATTACH, ::atoi(argv[2]), nullptr, nullptr)));
  if (is("kill", 1)) ::puts(said(::kill(::atoi(argv[2]), 0)));
  if (is("exchange", 2)) exchange(argv[2], argv[3]);
  if (is("orphans", 1)) make_orphans(::atoi(argv[2]));
  return 0;
}
