#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>

#include "toolkit/cooper/test_yard.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/proc.hpp"
#include "toolkit/kernel/text.hpp"

using namespace toolkit;
using namespace toolkit::test;
namespace fs = std::filesystem;

namespace {

std::string proc_of(pid_t pid, const std::string& name) {
  return "/proc/" + std::to_string(pid) + '/' + name;
}

void own_namespaces(Yard& yard) {
  const Live live(yard, {});
  for (const Ns kind : {Ns::mount, Ns::pid, Ns::uts, Ns::ipc, Ns::net, Ns::cgroup}) {
    CAPTURE(static_cast<std::uint64_t>(kind));
    CHECK(namespace_id(live.pid(), kind) != namespace_id(::getpid(), kind));
  }
  const bool same_users = namespace_id(live.pid(), Ns::user) == namespace_id(::getpid(), Ns::user);
  CHECK(same_users == (yard.caller() == Caller::root));
  CHECK(status_of(live.pid(), "NSpid").ends_with("\t1"));
}

void private_user_namespace(Yard& yard) {
  const Live live(yard, {"--userns", "private"});
  CHECK(namespace_id(live.pid(), Ns::user) != namespace_id(::getpid(), Ns::user));
}

void host_user_namespace(Yard& yard) {
  check_one_line(yard.box({"--userns", "host"}, {"true"}), 125, "--userns host");
}

void privileges(Yard& yard) {
  const Live live(yard, {});
  CHECK(status_of(live.pid(), "CapEff") == "00000000a80425fb");
  CHECK(status_of(live.pid(), "CapPrm") == "00000000a80425fb");
  CHECK(status_of(live.pid(), "CapBnd") == "00000000a80425fb");
  CHECK(status_of(live.pid(), "CapInh") == "0000000000000000");
  CHECK(status_of(live.pid(), "CapAmb") == "0000000000000000");
  CHECK(status_of(live.pid(), "NoNewPrivs") == "1");
  // With one id the kernel lets nobody drop groups: a user's own stay, and count for nothing inside.
  if (is_root()) CHECK(status_of(live.pid(), "Groups").empty());
}

/// Session and process group of PID 1, as the host numbers them.
void own_session(Yard& yard) {
  const Live live(yard, {});
  CHECK(::getsid(live.pid()) == live.pid());
  CHECK(process_stat(live.pid()).terminal == 0);
}

void descriptors(Yard& yard) {
  // What a careless caller leaves open: a directory of the host, and a file.
  const Fd seven(check(::fcntl(open_file("/", O_RDONLY).get(), F_DUPFD, 70), "fcntl"));
  const Fd nine(check(::fcntl(open_file("/etc/passwd", O_RDONLY).get(), F_DUPFD, 90), "fcntl"));
  const Live live(yard, {});
  CHECK(entries(proc_of(live.pid(), "fd")) == std::set<std::string>{"0", "1", "2"});
}

void signals(Yard& yard) {
  std::vector<std::string> command = {"sh", "-c", "trap '' INT QUIT HUP CHLD PIPE; exec \"$@\"",
                                      "sh"};
  const std::vector<std::string> rest =
      yard.boxed({}, {"sh", "-c", "grep -E 'SigIgn|SigBlk' /proc/self/status | cut -f2"});
  command.insert(command.end(), rest.begin(), rest.end());
  CHECK(run(command).out == "0000000000000000\n0000000000000000\n");
}

void mask_of_files(Yard& yard) {
  std::vector<std::string> command = {"sh", "-c", "umask 077; exec \"$@\"", "sh"};
  const std::vector<std::string> rest =
      yard.boxed({}, {"sh", "-c", "umask; stat -c %a /dev /dev/shm"});
  command.insert(command.end(), rest.begin(), rest.end());
  CHECK(run(command).out == "0022\n755\n1777\n");
}

void devices(Yard& yard) {
  const Live live(yard, {});
  const std::string dev = proc_of(live.pid(), "root/dev");
  CHECK(entries(dev) == std::set<std::string>{"core", "fd", "full", "mqueue", "null", "ptmx", "pts",
                                              "random", "shm", "stderr", "stdin", "stdout", "tty",
                                              "urandom", "zero"});
  for (const char* device : {"null", "zero", "full", "tty", "random", "urandom"}) {
    CAPTURE(device);
    struct stat inside {};
    struct stat outside {};
    REQUIRE(::stat((dev + '/' + device).c_str(), &inside) == 0);
    REQUIRE(::stat((std::string("/dev/") + device).c_str(), &outside) == 0);
    CHECK(inside.st_rdev == outside.st_rdev);
  }
}

void kernel_filesystems(Yard& yard) {
  const Live live(yard, {});
  std::map<std::string, MountInfo> mounts;
  for (MountInfo& mount : parse_mounts(read_file(proc_of(live.pid(), "mountinfo")))) {
    CHECK(mount.propagation.empty());
    mounts[mount.target] = mount;
  }
  CHECK(mounts.at("/proc").type == "proc");
  CHECK(mounts.at("/proc").options.starts_with("rw,nosuid,nodev,noexec"));
  CHECK(mounts.at("/sys").type == "sysfs");
  CHECK(mounts.at("/sys").options.starts_with("ro,nosuid,nodev,noexec"));
  CHECK(mounts.at("/proc/sys").options.starts_with("ro,"));
  CHECK(mounts.at("/dev").options.starts_with("rw,nosuid,nodev,noexec"));
  CHECK(mounts.at("/dev/pts").type == "devpts");
  CHECK(mounts.at("/dev/shm").options.starts_with("rw,nosuid,nodev,noexec"));
  CHECK(mounts.at("/dev/mqueue").type == "mqueue");
  CHECK(mounts.at("/").options.find("nodev") != std::string::npos);
}

void masked_paths(Yard& yard) {
  const Live live(yard, {});
  const std::string root = proc_of(live.pid(), "root");
  for (const char* path : {"/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
                           "/proc/sched_debug", "/proc/interrupts"}) {
    if (!fs::exists(path)) continue;  // not with this kernel
    CAPTURE(path);
    CHECK(read_file(root + path).empty());
    CHECK(fs::is_character_file(root + path));
  }
  for (const char* path : {"/proc/acpi", "/proc/scsi", "/sys/firmware"}) {
    if (!fs::exists(path)) continue;
    CAPTURE(path);
    CHECK(fs::is_empty(root + path));
  }
}

void read_only_paths(Yard& yard) {
  for (const char* path : {"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname",
                           "/proc/sysrq-trigger", "/sys/kernel/uevent_helper", "/sys/power/state",
                           "/proc/sys/fs/binfmt_misc/register", "/proc/irq/0/smp_affinity"}) {
    CAPTURE(path);
    const std::string said = yard.box({}, {"probe", "write", path}).out;
    // ENOENT: this kernel lacks it.
    CHECK((said == "EROFS\n" || said == "EACCES\n" || said == "ENOENT\n" || said == "EPERM\n"));
  }
  CHECK(yard.box({}, {"probe", "write", "/proc/sys/kernel/core_pattern"}).out != "ENOENT\n");
}

void own_network(Yard& yard) {
  const Fd abstract(check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  const std::string name = "cooperage-test-" + std::to_string(::getpid());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path + 1, name.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  check(::bind(abstract.get(), reinterpret_cast<sockaddr*>(&address), length), "bind");
  check(::listen(abstract.get(), 8), "listen");
  const Fd tcp(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof here;
  check(::bind(tcp.get(), reinterpret_cast<sockaddr*>(&here), size), "bind");
  check(::listen(tcp.get(), 8), "listen");
  check(::getsockname(tcp.get(), reinterpret_cast<sockaddr*>(&here), &size), "getsockname");
  const std::string port = std::to_string(ntohs(here.sin_port));

  CHECK(run({built("tests/probe"), "abstract", name}).out == "ok\n");  // the host can
  CHECK(run({built("tests/probe"), "port", port}).out == "ok\n");
  CHECK(yard.box({}, {"probe", "abstract", name}).out == "ECONNREFUSED\n");
  CHECK(yard.box({}, {"probe", "port", port}).out == "ECONNREFUSED\n");
  CHECK(yard.box({}, {"probe", "self"}).out == "ok\n");  // its own loopback is up
  CHECK(yard.box({}, {"ls", "/sys/class/net"}).out == "lo\n");
}

void own_processes(Yard& yard) {
  CHECK(yard.shell("echo /proc/[0-9]*").out == "/proc/1\n");
  CHECK(yard.box({}, {"cat", "/proc/self/cgroup"}).out.find(":/\n") != std::string::npos);
}

void pid_file(Yard& yard) {
  {
    const Live live(yard, {});
    CHECK(status_of(live.pid(), "NSpid").ends_with("\t1"));
    CHECK(entries(yard.state() + "/run").size() == 1);
  }
  CHECK_FALSE(fs::exists(yard.own("pid")));
  check_one_line(yard.box({"--pidfile", "/nosuch/file"}, {"true"}), 125, "/nosuch/file");
}

}  // namespace

TEST_SUITE("tool") {
  AS_BOTH("isolation: every namespace is another than the host's", own_namespaces);

  TEST_CASE("isolation: --userns private gives root a user namespace too [root]") {
    on_yard(Caller::root, private_user_namespace);
  }
  TEST_CASE("isolation: --userns host is root's alone [userns]") {
    on_yard(Caller::nobody, host_user_namespace);
  }
  AS_BOTH("isolation: capabilities are docker's to the bit", privileges);

  AS_BOTH("isolation: a session of its own without a terminal", own_session);

  AS_BOTH("isolation: no descriptor of the caller's reaches the command", descriptors);

  AS_BOTH("isolation: signals that the caller ignores are as new", signals);

  AS_BOTH("isolation: modes are the container's whatever the caller's umask", mask_of_files);

  AS_BOTH("isolation: /dev has the standard nodes and no other", devices);

  AS_BOTH("isolation: the kernel's filesystems are mounted with their flags and privately",
          kernel_filesystems);

  AS_BOTH("isolation: what tells of the whole machine reads as empty", masked_paths);

  AS_BOTH("isolation: what reaches the whole machine can't be opened for writing", read_only_paths);

  AS_BOTH("isolation: the network is its own and the host's sockets are out of reach", own_network);

  AS_BOTH("isolation: PID 1 is the command and alone", own_processes);

  AS_BOTH("isolation: --pidfile names PID 1 while it runs", pid_file);
}
