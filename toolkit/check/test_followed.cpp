// What the tests of trace.hpp follow: each word does one thing, mostly wrong, and says nothing.
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

/// What a call returns is for who follows this program.
void tried(long /*result*/) {}

void await(pid_t child) {
  while (::waitpid(child, nullptr, 0) == -1) {
  }
}

/// Calls that fail for everybody, each in its own way.
void fail_many() {
  ::syscall(SYS_pivot_root, "/none/new", "/none/new/.old");
  ::mount("proc", "/none/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);
  ::mount("x", "/none", nullptr, MS_BIND | MS_REC, "size=1m");
  ::umount2("/none", MNT_DETACH);
  tried(::chroot("/none"));
  tried(::chdir("/none"));
  tried(::fchdir(99));
  ::unshare(0x1 | CLONE_NEWNS | CLONE_NEWUTS);
  ::setns(99, CLONE_NEWUTS);
  ::mknod("/none/null", S_IFCHR | 0666, ::makedev(1, 3));
  ::mkdir("/none/dev", 0755);
  tried(::open("/none/file", O_WRONLY | O_CREAT | O_CLOEXEC, 0640));
  ::kill(0x7ffffff0, SIGTERM);
  ::dup2(99, 7);
  ::syscall(SYS_setdomainname, "example.org", 4000);
  ::syscall(SYS_setgroups, 99999999, nullptr);
  ::syscall(SYS_move_mount, 99, "", AT_FDCWD, "/none", MOVE_MOUNT_F_EMPTY_PATH);
  ::syscall(SYS_open_tree, AT_FDCWD, "/none", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | 0x8000);
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID;
  ::syscall(SYS_mount_setattr, AT_FDCWD, "/none", 0x8000, &attributes, sizeof attributes);
  ::prctl(PR_SET_PDEATHSIG, 4000, 0, 0, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ::strcpy(address.sun_path, "/none/socket");
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  struct sigaction old {};
  ::sigaction(SIGTERM, nullptr, &old);  // looks, as do the next two
  tried(::open("/usr/share/locale/none", O_RDONLY));
  tried(::readlink("/", address.sun_path, 1));
  ::syscall(SYS_chroot, 0x10);
  ::syscall(SYS_chroot, nullptr);
}

void exec_nothing() {
  char word[] = "two words";
  char* const argv[] = {word, nullptr};
  ::execve("/none/program", argv, nullptr);
}

/// A child in new namespaces, whose own child fails.
void fork_deep() {
  const pid_t child = ::fork();
  if (child == 0) {
    const pid_t grandchild = ::fork();
    if (grandchild == 0) {
      tried(::chroot("/none/deep"));
      ::_exit(3);
    }
    await(grandchild);
    ::_exit(4);
  }
  await(child);
}

/// clone3 with an argument that no kernel takes.
void clone_wrong() {
  struct {
    std::uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
  } arguments{};
  arguments.flags = CLONE_NEWNS | CLONE_FS;
  arguments.exit_signal = SIGCHLD;
  ::syscall(SYS_clone3, &arguments, sizeof arguments);
}

volatile sig_atomic_t came = 0;

/// Signals sent to oneself under the eyes of a tracer, a stop by job control among them.
int receive_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { came = came + 1; };
  ::sigaction(SIGUSR1, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  ::kill(::getpid(), SIGUSR1);
  ::kill(::getpid(), SIGTERM);
  void* shared = ::mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  volatile char* continued = static_cast<char*>(shared);
  const pid_t child = ::fork();
  if (child == 0) {
    ::kill(::getpid(), SIGSTOP);
    ::_exit(*continued == 1 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, WUNTRACED);
  if (!WIFSTOPPED(status)) return 1;
  // The tracer hears of each of these calls, and would hear of a child that goes on by itself.
  for (int i = 0; i < 100; ++i) ::getppid();
  *continued = 1;
  ::kill(child, SIGCONT);
  ::waitpid(child, &status, 0);
  return status == 0 && came == 2 ? 0 : 2;
}

/// A child becomes this program again, with the word "payload", and goes on after that.
int start_payload(char* self) {
  const pid_t child = ::fork();
  if (child == 0) {
    char word[] = "payload";
    char* const argv[] = {self, word, nullptr};
    ::execve(self, argv, nullptr);
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

/// Wants an id that its parent does not have.
void map_wrong() {
  ::unshare(CLONE_NEWUSER);
  const int fd = ::open("/proc/self/gid_map", O_WRONLY | O_CLOEXEC);
  tried(::write(fd, "0 5 1\n", 6));
}

}  // namespace

int main(int argc, char** argv) {
  const auto is = [&](const char* word) { return argc > 1 && ::strcmp(argv[1], word) == 0; };
  if (is("fail")) fail_many();
  if (is("exec")) exec_nothing();
  if (is("deep")) fork_deep();
  if (is("clone")) clone_wrong();
  if (is("signals")) return receive_signals();
  if (is("start-payload")) return start_payload(argv[0]);
  if (is("become-payload")) ::execl(argv[0], argv[0], "payload", nullptr);
  if (is("payload")) {
    tried(::chroot("/none/of/the/payload"));
    return 42;
  }
  if (is("map")) map_wrong();
  if (is("crash")) ::kill(::getpid(), SIGSEGV);
  if (is("realtime")) ::kill(::getpid(), 40);
  if (is("wait")) {
    ::fork();
    ::pause();
  }
  if (is("again")) {
    for (int i = 0; i < 100; ++i) tried(::chroot("/none"));
  }
  if (is("flood")) {
    for (int i = 0; i < 10000; ++i) tried(::fchdir(1000 + i));
    return 9;
  }
  return 0;
}
