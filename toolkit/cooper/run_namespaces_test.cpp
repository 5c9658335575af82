// Namespaces that a container shares with the host, or with others.
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "toolkit/cooper/test_yard.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/kernel/users.hpp"

using namespace toolkit;
using namespace toolkit::test;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

/// Namespaces that live until the scope ends, by a process that does nothing.
class Others {
 public:
  explicit Others(Ns kinds, const IdMaps& maps = {})
      : process_(Process::spawn({.namespaces = kinds}, [] {
          while (true) ::pause();
        })) {
    if (has(kinds, Ns::user)) write_id_maps(process_.pid(), maps);
  }
  [[nodiscard]] pid_t pid() const { return process_.pid(); }
  [[nodiscard]] std::string word(Ns kind) const {
    return "ns:/proc/" + std::to_string(pid()) + "/ns/" + proc_name(kind);
  }

 private:
  Process process_;
};

constexpr std::array kAll = {Ns::pid, Ns::ipc, Ns::uts, Ns::net, Ns::mount, Ns::cgroup};

/// Of the kinds that can be shared only these are the same as another process's.
void check_shared(pid_t pid, pid_t other, Ns shared) {
  for (const Ns kind : kAll) {
    CAPTURE(proc_name(kind));
    CHECK((namespace_id(pid, kind) == namespace_id(other, kind)) == has(shared, kind));
  }
}

std::string host_name() {
  utsname names{};
  ::uname(&names);
  return names.nodename;
}

void each_of_the_host(Yard& yard) {
  const std::vector<std::pair<const char*, Ns>> options = {
      {"--pid", Ns::pid}, {"--ipc", Ns::ipc}, {"--uts", Ns::uts}, {"--network", Ns::net}};
  for (const auto& [option, kind] : options) {
    CAPTURE(option);
    const Live live(yard, {option, "host"});
    check_shared(live.pid(), ::getpid(), kind);
  }
  const Live live(yard, {"--pid", "host", "--ipc", "host", "--uts", "host", "--net", "host"});
  check_shared(live.pid(), ::getpid(), Ns::pid | Ns::ipc | Ns::uts | Ns::net);
}

void none_of_the_host(Yard& yard) {
  const Live live(
      yard, {"--pid", "private", "--ipc", "private", "--uts", "private", "--network", "none"});
  check_shared(live.pid(), ::getpid(), Ns::none);
  const Live without(yard, {"--ipc", "none"});
  check_shared(without.pid(), ::getpid(), Ns::none);
  CHECK_FALSE(fs::exists("/proc/" + std::to_string(without.pid()) + "/root/dev/shm"));
}

void processes_of_the_host(Yard& yard) {
  const std::string self = std::to_string(::getpid());
  CHECK(yard.box({"--pid", "host"}, {"ls", "-d", "/proc/" + self}).out == "/proc/" + self + "\n");
  CHECK(yard.box({"--pid", "host"}, {"sh", "-c", "test $$ != 1 && echo other"}).out == "other\n");
  // The masks and what is read-only are as always.
  CHECK(yard.box({"--pid", "host"}, {"probe", "write", "/proc/sys/kernel/core_pattern"}).out !=
        "ok\n");
  const Live live(yard, {"--pid", "host"});
  const std::string mounts = read_file("/proc/" + std::to_string(live.pid()) + "/mountinfo");
  CHECK(mounts.find(" /proc/sys ro,") != std::string::npos);
}

/// What a command leaves running ends with the container, though no PID 1 takes it along.
void orphans_of_the_host(Yard& yard) {
  for (const char* init : {"", "--init"}) {
    CAPTURE(init);
    Words options = {"--pid", "host", "-e", "COOPERAGE_ORPHAN=" + yard.own("")};
    if (*init != '\0') options.emplace_back(init);
    const Outcome outcome =
        yard.box(options, {"sh", "-c", "setsid sleep 1000 & setsid sleep 1000 & exit 7"});
    CHECK(outcome.status == 7);
    CHECK(outcome.err.empty());
  }
}

/// Nobody else's process is ended with it.
void neighbours_of_the_host(Yard& yard) {
  const Others neighbour(Ns::none);
  CHECK(yard.box({"--pid", "host"}, {"true"}).status == 0);
  CHECK(status_of(neighbour.pid(), "State").starts_with("S"));
}

void cooper_is_closed(Yard& yard) {
  Live live(yard, {"--pid", "host"},
            "echo ready; for f in exe cwd root fd/0 fd/1 fd/3 fd/4 fd/5; do readlink "
            "/proc/$PPID/$f; done; "
            "probe write /proc/$PPID/exe; probe write /proc/$PPID/mem; echo end");
  for (std::string line = live.line(); line != "end"; line = live.line()) {
    CAPTURE(line);
    CHECK((line == "EACCES" || line == "EPERM"));
  }
  // It is cooper that was looked at, and nobody without privilege can.
  const std::string parent = status_of(live.pid(), "PPid");
  CHECK(read_file("/proc/" + parent + "/comm") == "cooper\n");
}

void memory_of_the_host(Yard& yard) {
  const std::string name = "cooperage-test-" + std::to_string(::getpid());
  const std::string path = "/dev/shm/" + name;
  if (!fs::is_directory("/dev/shm")) return;
  write_all(open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0644), "sign", path);
  const Outcome shared = yard.box({"--ipc", "host"}, {"cat", path});
  const Outcome own = yard.box({}, {"cat", path});
  ::unlink(path.c_str());
  CHECK(shared.out == "sign");
  CHECK(own.status == 1);
}

void name_of_the_host(Yard& yard) {
  const std::string expected = host_name() + '\n' + host_name() + '\n' + host_name() + '\n';
  CHECK(yard.box({"--uts", "host"}, {"sh", "-c", "hostname; cat /etc/hostname; echo $HOSTNAME"})
            .out == expected);
  check_one_line(yard.box({"--uts", "host", "--hostname", "x"}, {"true"}), 125, "--hostname 'x'");
  check_one_line(yard.box({"--hostname", "x", "--uts", "ns:/proc/self/ns/uts"}, {"true"}), 125,
                 "--hostname 'x'");
}

void network_of_the_host(Yard& yard) {
  const Words options = {"--network", "host"};
  CHECK(yard.box(options, {"cat", "/etc/hosts"}).out == read_file("/etc/hosts"));
  if (fs::exists("/etc/resolv.conf")) {
    CHECK(yard.box(options, {"cat", "/etc/resolv.conf"}).out == read_file("/etc/resolv.conf"));
  }
  CHECK(yard.box(options, {"hostname"}).out == host_name() + '\n');
  CHECK(yard.box({"--network", "host", "--hostname", "own"}, {"hostname"}).out == "own\n");
  std::string links;
  for (const std::string& link : entries("/sys/class/net")) links += link + '\n';
  CHECK(yard.box(options, {"ls", "-1", "/sys/class/net"}).out == links);
  CHECK(yard.box(options, {"probe", "write", "/sys/kernel/uevent_helper"}).out != "ok\n");
  const Live live(yard, options);
  const std::string mounts = read_file("/proc/" + std::to_string(live.pid()) + "/mountinfo");
  CHECK(mounts.find(" /sys ro,nosuid,nodev,noexec") != std::string::npos);
}

void wrong_words(Yard& yard) {
  const std::vector<std::pair<Words, const char*>> wrong = {
      {{"--pid", "none"}, "host, private or ns:PATH"},
      {{"--ipc", "shareable"}, "host, private or ns:PATH"},
      {{"--uts", "container:x"}, "host, private or ns:PATH"},
      {{"--network", "bridge"}, "host, none or ns:PATH"},
      {{"--userns", "auto"}, "host, private, keep-id or ns:PATH"},
      {{"--pid", "ns:/nosuch"}, "/nosuch"},
      {{"--pid", "ns:/etc/passwd"}, "is no namespace"},
      {{"--pid", "ns:/dev/null"}, "is no namespace"},
      {{"--network", "ns:/proc/self/ns/uts"}, "another kind than net"},
      {{"--userns", "ns:/proc/self/ns/user"}, "--userns host"},
      {{"--userns", "private", "--network", "ns:/proc/self/ns/net"}, "another user namespace"}};
  for (const auto& [options, words] : wrong) {
    CAPTURE(options.back());
    const Outcome outcome = yard.box(options, {"true"});
    check_one_line(outcome, 125, words);
    CHECK(outcome.out.empty());
  }
}

void join_of_root(Yard& yard) {
  const Ns kinds = Ns::pid | Ns::ipc | Ns::uts | Ns::net;
  const Others others(kinds);
  const Live live(yard, {"--pid", others.word(Ns::pid), "--ipc", others.word(Ns::ipc), "--uts",
                         others.word(Ns::uts), "--network", others.word(Ns::net)});
  check_shared(live.pid(), others.pid(), kinds);
  CHECK(status_of(live.pid(), "NSpid").ends_with("\t2"));
  CHECK(entries("/proc/" + std::to_string(live.pid()) + "/fd") ==
        std::set<std::string>{"0", "1", "2"});
  const Outcome seen = yard.box({"--pid", others.word(Ns::pid)}, {"sh", "-c", "echo /proc/[0-9]*"});
  CHECK(seen.out.starts_with("/proc/1 /proc/2"));
}

/// A place that outlives its process, as `ip netns` makes them.
void join_a_kept_one(Yard& yard) {
  const std::string kept = yard.own("kept");
  const Others others(Ns::net);
  persist(open_namespace(others.pid(), Ns::net), kept);
  {
    const Live live(yard, {"--network", "ns:" + kept});
    check_shared(live.pid(), others.pid(), Ns::net);
  }
  forget(kept);
}

void join_users(Yard& yard) {
  const IdMaps maps{.uids = {{.outside = 200000, .count = 100}},
                    .gids = {{.outside = 200000, .count = 100}}};
  const Outcome tried = yard.box({"--uidmap", "0:200000:100"}, {"true"});
  SKIP_UNLESS(tried.err.find("no idmapped mounts") == std::string::npos,
              "no idmapped mounts of this filesystem");
  const Others others(Ns::user | Ns::pid | Ns::net, maps);
  const Others strangers(Ns::net);
  const Live live(yard, {"--userns", others.word(Ns::user), "--pid", others.word(Ns::pid),
                         "--network", others.word(Ns::net), "-u", "7"});
  check_shared(live.pid(), others.pid(), Ns::pid | Ns::net);
  CHECK(namespace_id(live.pid(), Ns::user) == namespace_id(others.pid(), Ns::user));
  CHECK(status_of(live.pid(), "Uid").starts_with("200007\t"));
  check_one_line(
      yard.box({"--userns", others.word(Ns::user), "--network", strangers.word(Ns::net)}, {"true"}),
      125, "another user namespace");
  check_one_line(yard.box({"--userns", others.word(Ns::user), "-u", "100"}, {"true"}), 125,
                 "user 100");
}

/// A normal user joins what its own containers are in, by way of their user namespace.
void join_of_a_user(Yard& yard) {
  Live first(yard, {});
  const std::string ns = "ns:/proc/" + std::to_string(first.pid()) + "/ns/";
  const Live second(yard, {"--userns", ns + "user", "--pid", ns + "pid", "--ipc", ns + "ipc",
                           "--uts", ns + "uts", "--network", ns + "net"});
  check_shared(second.pid(), first.pid(), Ns::pid | Ns::ipc | Ns::uts | Ns::net);
  CHECK(namespace_id(second.pid(), Ns::user) == namespace_id(first.pid(), Ns::user));
  check_one_line(yard.box({"--network", ns + "net"}, {"true"}), 125, "--userns ns:PATH");
  check_one_line(yard.box({"--network", "ns:/proc/1/ns/net"}, {"true"}), 125, "/proc/1/ns/net");
}

/// In a pid namespace with others, a start shows them neither cooper nor what it has open.
void watched_start(Yard& yard) {
  Live first(yard, {}, "echo ready; probe watch; echo end");
  const std::string ns = "ns:/proc/" + std::to_string(first.pid()) + "/ns/";
  Words options = {"--pid", ns + "pid"};
  if (yard.caller() == Caller::nobody) options.insert(options.end(), {"--userns", ns + "user"});
  for (int i = 0; i < 25; ++i) CHECK(yard.box(options, {"true"}).status == 0);
  first.write("enough\n");
  int seen = 0;
  for (std::string line = first.line(); line != "end"; line = first.line()) {
    CAPTURE(line);
    CHECK((line == "exe EACCES" || line == "exe /memfd:hop (deleted)" ||
           line == "exe /bin/busybox" || line == "fd EACCES" || line == "fd pipe"));
    ++seen;
  }
  CHECK(seen > 0);
}

}  // namespace

TEST_SUITE("tool") {
  AS_BOTH("namespaces: host is the one of cooper and of that kind alone", each_of_the_host);

  AS_BOTH("namespaces: private and none are what it is without a word", none_of_the_host);

  AS_BOTH("namespaces: --pid host shows the host's processes and keeps the masks",
          processes_of_the_host);

  AS_BOTH("namespaces: with --pid host what the command leaves ends with it", orphans_of_the_host);

  AS_BOTH("namespaces: with --pid host nobody else ends", neighbours_of_the_host);

  AS_BOTH("namespaces: with --pid host cooper can't be looked into", cooper_is_closed);

  AS_BOTH("namespaces: --ipc host shows the host's shared memory", memory_of_the_host);

  AS_BOTH("namespaces: --uts host is the host's name, which stays", name_of_the_host);

  AS_BOTH("namespaces: --network host has the host's links, names and servers",
          network_of_the_host);

  AS_BOTH("namespaces: what is no such word or place is one line", wrong_words);

  AS_BOTH("namespaces: who was there before sees nothing of cooper in a start", watched_start);

  TEST_CASE("namespaces: root joins those of a process [root]") {
    on_yard(Caller::root, join_of_root);
  }
  TEST_CASE("namespaces: root joins one that is kept by a mount [root]") {
    on_yard(Caller::root, join_a_kept_one);
  }
  TEST_CASE("namespaces: root joins a user namespace and what belongs to it [root]") {
    on_yard(Caller::root, join_users);
  }
  TEST_CASE("namespaces: a user joins those of its own container [userns]") {
    on_yard(Caller::nobody, join_of_a_user);
  }
}
