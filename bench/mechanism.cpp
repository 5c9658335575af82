#include "bench/mechanism.hpp"

#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "bench/workspace.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"

namespace toolkit::bench {
namespace {

namespace fs = std::filesystem;

void become_true(const Scratch& /*scratch*/) {
  check(::execl("/bin/true", "true", nullptr), "exec", "/bin/true");
}

void change_root(const Scratch& scratch) {
  check(::chroot(scratch.root().c_str()), "chroot", scratch.root());
  check(::chdir("/"), "chdir", "/");
}

/// Into a chroot that is twelve directories deep, and out of it by a second one.
void escape(const Scratch& scratch) {
  change_root(scratch);
  check(::chdir(Scratch::deep().c_str()), "chdir", Scratch::deep());
  check(::chroot("cell"), "chroot", "cell");
  constexpr int kUp = 32;  // where there is nothing above, ".." stays
  for (int up = 0; up < kUp; ++up) check(::chdir(".."), "chdir", "..");
  check(::chroot("."), "chroot", ".");
}

void pivot(const Scratch& scratch) {
  set_propagation("/", Propagation::private_);
  toolkit::bind(scratch.root(), scratch.root());
  check(::chdir(scratch.root().c_str()), "chdir", scratch.root());
  pivot_root_here();
  unmount(".", Detach::yes);
  check(::chdir("/"), "chdir", "/");
}

void name_host(const Scratch& /*scratch*/) { set_hostname("barrel"); }

void mount_volumes(const Scratch& scratch) {
  set_propagation("/", Propagation::private_);
  toolkit::bind(scratch.tree(), scratch.tree());
  mount("volume", scratch.empty(), "tmpfs", MS_NOSUID | MS_NODEV);
}

void mount_proc(const Scratch& /*scratch*/) {
  set_propagation("/", Propagation::private_);
  mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
}

void raise_loopback(const Scratch& /*scratch*/) { bring_loopback_up(); }

/// The clocks a day ahead. Who has no other thread may enter what its children would; else that takes a fork.
void shift_clocks(const Scratch& /*scratch*/) {
  unshare(Ns::time);
  write_file("/proc/self/timens_offsets", "monotonic 86400 0\nboottime 86400 0\n");
  enter(open_namespace_at("/proc/self/ns/time_for_children", Ns::time), Ns::time);
}

Operation ask_names(const Scratch& /*scratch*/) {
  return [] {
    utsname names{};
    check(::uname(&names), "uname");
  };
}

Operation ask_pid(const Scratch& /*scratch*/) {
  return [] { ::syscall(SYS_getpid); };
}

Operation read_clock(const Scratch& /*scratch*/) {
  return [] {
    timespec now{};
    check(::clock_gettime(CLOCK_MONOTONIC, &now), "clock_gettime");
  };
}

std::vector<Mechanism> of_files() {
  constexpr int kTimes = 500;
  return {
      {.number = "00",
       .name = "process",
       .what = "exec of /bin/true",
       .start_why = "execve maps another program and its loader, which then finds and links libc. "
                    "A static program has no loader to wait for.",
       .enter = become_true,
       .running_why = "exec changes which program a process runs, not what the kernel does for it "
                      "afterwards."},
      {.number = "01",
       .name = "chroot",
       .what = "chroot and chdir",
       .start_why = "chroot stores one pointer in the process. Nothing is made or copied.",
       .enter = change_root,
       .operation = "stat of a file",
       .running_why =
           "A path that begins with / is followed from that pointer, which every process "
           "has anyway.",
       .times = kTimes,
       .prepare = look_at_file},
      {.number = "02",
       .name = "escape",
       .what = "out of a chroot, twelve deep",
       .start_why =
           "Each step up is one look-up of a directory that is in memory. Nothing is waited for.",
       .enter = escape,
       .running_why = "Who is out runs as before: it has another root, and nothing else."},
      {.number = "03",
       .name = "pivot-root",
       .what = "mount namespace, bind, pivot_root",
       .start_why =
           "A new mount namespace copies the table of mounts, each of them, and lets the copy "
           "go at the end. The bind and pivot_root cost a fraction of that.",
       .kinds = Ns::mount,
       .enter = pivot,
       .operation = "stat of a file",
       .running_why = "Paths are followed through the same caches; which table a mount stands in "
                      "does not matter to that.",
       .times = kTimes,
       .prepare = look_at_file}};
}

std::vector<Mechanism> of_namespaces() {
  constexpr int kTimes = 2000;
  constexpr int kStats = 500;
  constexpr int kClocks = 20000;
  constexpr int kBytes = 50;
  constexpr int kFiles = 20;
  constexpr int kReads = 200;
  return {
      {.number = "04",
       .name = "uts",
       .what = "UTS namespace, host name set",
       .start_why = "A UTS namespace is six short strings. They are copied, and one is changed.",
       .kinds = Ns::uts,
       .enter = name_host,
       .operation = "uname",
       .running_why = "uname copies the strings of the caller's namespace; every process has one.",
       .times = kTimes,
       .prepare = ask_names},
      {.number = "05",
       .name = "mount",
       .what = "mount namespace, bind, tmpfs",
       .start_why =
           "A new mount namespace copies every mount, so it costs more where there are more. "
           "Each mount in it costs a little, and the same again when it ends.",
       .kinds = Ns::mount,
       .enter = mount_volumes,
       .operation = "stat across a mount point",
       .running_why =
           "Where a path crosses a mount point the kernel looks up what is mounted there: "
           "one search in a hash table.",
       .times = kStats,
       .prepare = look_at_file},
      {.number = "06",
       .name = "pid",
       .what = "pid and mount namespaces, proc",
       .start_why = "The pid namespace itself is small. To see it in /proc takes a mount namespace "
                    "with a proc of its own, and at its end all that is taken down.",
       .kinds = Ns::pid | Ns::mount,
       .enter = mount_proc,
       .operation = "getpid",
       .running_why =
           "A process has a number in its namespace and one in each above it. getpid takes "
           "the one of the caller's: they lie in an array.",
       .times = kTimes,
       .prepare = ask_pid},
      {.number = "07",
       .name = "ipc",
       .what = "IPC namespace",
       .start_why =
           "An IPC namespace has tables of its own for segments, semaphores and messages, and "
           "a mount of mqueue that nobody sees yet. A kernel thread takes them down later.",
       .kinds = Ns::ipc,
       .operation = "shmctl of a segment",
       .running_why = "The same search, in a table of the namespace's own.",
       .times = kTimes,
       .prepare = look_at_segment},
      {.number = "08",
       .name = "net",
       .what = "network namespace, lo up",
       .start_why =
           "A network namespace is a whole stack: a loopback device, routing tables, sysctls, "
           "files in /proc. A kernel thread takes it down later, in nobody's time here.",
       .kinds = Ns::net,
       .enter = raise_loopback,
       .operation = "a byte there and back by UDP",
       .running_why = "Each packet goes through the same code, with the namespace's own device and "
                      "tables; firewall rules of the host do not count inside.",
       .times = kBytes,
       .prepare = send_a_byte},
      {.number = "09",
       .name = "user",
       .what = "user namespace, id maps",
       .start_why =
           "The namespace is small. That its parent writes two maps while it waits is most of "
           "what you see.",
       .kinds = Ns::user,
       .mapped = Mapped::yes,
       .operation = "creating a file",
       .running_why = "A file's owner is looked up in the map, one more step in a call of many.",
       .times = kFiles,
       .prepare = make_a_file},
      {.number = "10",
       .name = "time",
       .what = "time namespace, clocks shifted",
       .start_why =
           "A page with the offsets is put before the process's clock page. The rest is the "
           "file that the offsets are written to.",
       .enter = shift_clocks,
       .operation = "clock_gettime, monotonic",
       .running_why = "The clock is read without a system call, from a page of memory. In a time "
                      "namespace another page stands there first: it says that an offset has to be "
                      "added to the real one.",
       .times = kClocks,
       .prepare = read_clock},
      {.number = "17",
       .name = "cgroup",
       .what = "cgroup namespace",
       .start_why = "A cgroup namespace notes which cgroup is shown as the root. That is all.",
       .kinds = Ns::cgroup,
       .operation = "reading /proc/self/cgroup",
       .running_why =
           "The path of a cgroup is told from the namespace's root on: a few letters less.",
       .times = kReads,
       .prepare = read_cgroup}};
}

}  // namespace

Scratch::Scratch() {
  path_ = kTreesBelow;
  path_ += "/lab-cost.XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr) throw_errno("mkdtemp", path_);
  fs::create_directories(tree());
  fs::create_directories(empty());
  fs::create_directories(root() + tree());
  fs::create_directories(root() + deep() + "/cell");
  for (const std::string& path : {file(), root() + file()}) {
    open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0600).reset();
  }
}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::vector<Mechanism> mechanisms() {
  std::vector<Mechanism> all = of_files();
  for (Mechanism& mechanism : of_namespaces()) all.push_back(std::move(mechanism));
  return all;
}

}  // namespace toolkit::bench
