// Namespaces that a container shares with the host.
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>

#include "toolkit/cooper/test_yard.hpp"

using namespace toolkit;
using namespace toolkit::test;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

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
    const Outcome outcome = yard.box(
        options, {"sh", "-c", "for i in 1 2; do setsid sleep 1000 >/dev/null 2>&1 & done; exit 7"});
    CHECK(outcome.status == 7);
    CHECK(outcome.err.empty());
  }
}

/// Nor does one that has ended stay a zombie meanwhile.
void zombies_of_the_host(Yard& yard) {
  const Outcome outcome =
      yard.box({"--pid", "host"}, {"sh", "-c",
                                   "probe orphans 100; f=/proc/$PPID/task/$PPID/children; "
                                   "while test $(cat $f | wc -w) != 1; do :; done; exit 9"});
  CHECK(outcome.status == 9);
  CHECK(outcome.err.empty());
}

/// Nobody else's process is ended with it.
void neighbours_of_the_host(Yard& yard) {
  const Process neighbour = Process::spawn({}, [] { ::pause(); });
  CHECK(yard.box({"--pid", "host"}, {"true"}).status == 0);
  CHECK(status_of(neighbour.pid(), "State").starts_with("S"));
}

void cooper_is_closed(Yard& yard) {
  std::string script =
      "echo ready; for f in exe cwd root fd/0 fd/1 fd/3 fd/4 fd/5; do readlink /proc/$PPID/$f; "
      "done; "
      "probe write /proc/$PPID/exe; probe write /proc/$PPID/mem; ";
  // Root's files there are root's, whoever is kept out of the others.
  if (yard.caller() == Caller::nobody) script += "probe write /proc/$PPID/oom_score_adj; ";
  Live live(yard, {"--pid", "host"}, script + "echo end");
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

}  // namespace

TEST_SUITE("tool") {
  AS_BOTH("namespaces: host is the one of cooper and of that kind alone", each_of_the_host);

  AS_BOTH("namespaces: private and none are what it is without a word", none_of_the_host);

  AS_BOTH("namespaces: --pid host shows the host's processes and keeps the masks",
          processes_of_the_host);

  AS_BOTH("namespaces: with --pid host what the command leaves ends with it", orphans_of_the_host);

  AS_BOTH("namespaces: with --pid host what has ended is reaped", zombies_of_the_host);

  AS_BOTH("namespaces: with --pid host nobody else ends", neighbours_of_the_host);

  AS_BOTH("namespaces: with --pid host cooper can't be looked into", cooper_is_closed);

  AS_BOTH("namespaces: --ipc host shows the host's shared memory", memory_of_the_host);

  AS_BOTH("namespaces: --uts host is the host's name, which stays", name_of_the_host);

  AS_BOTH("namespaces: --network host has the host's links, names and servers",
          network_of_the_host);

  AS_BOTH("namespaces: what is no such word or place is one line", wrong_words);
}
