// Namespaces of others that a container joins.
#include <unistd.h>

#include "toolkit/cooper/test_yard.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/kernel/users.hpp"

using namespace toolkit;
using namespace toolkit::test;

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

/// What a watcher saw of others is the sealed file and the command: not cooper, and nothing it has open.
void check_sights(const std::vector<std::string>& sights) {
  CHECK_FALSE(sights.empty());
  for (const std::string& sight : sights) {
    CAPTURE(sight);
    CHECK((sight == "exe EACCES" || sight == "exe /memfd:hop (deleted)" ||
           sight == "exe /bin/busybox" || sight == "fd EACCES" || sight == "fd pipe"));
  }
}

constexpr int kStarts = 25;

/// A container is the watcher of those that join it.
void watched_by_a_container(Yard& yard) {
  Live first(yard, {}, "echo ready; probe watch; echo end");
  const std::string ns = "ns:/proc/" + std::to_string(first.pid()) + "/ns/";
  Words options = {"--pid", ns + "pid"};
  if (yard.caller() == Caller::nobody) options.insert(options.end(), {"--userns", ns + "user"});
  for (int i = 0; i < kStarts; ++i) CHECK(yard.box(options, {"true"}).status == 0);
  first.write("enough\n");
  std::vector<std::string> sights;
  for (std::string line = first.line(); line != "end"; line = first.line()) sights.push_back(line);
  check_sights(sights);
}

/// The same by one who has every right in the user namespace that is joined, CAP_SYS_PTRACE as well.
void watched_by_root(Yard& yard) {
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  Gate mapped;
  const Process watcher = Process::spawn({.namespaces = Ns::user | Ns::pid | Ns::mount}, [&] {
    mapped.wait();
    set_propagation("/", Propagation::private_);
    mount("proc", "/proc", "proc", 0);
    check(::dup2(in.read.get(), 0), "dup2");
    check(::dup2(out.write.get(), 1), "dup2");
    const std::string probe = built("tests/probe");
    check(::execl(probe.c_str(), "probe", "watch", nullptr), "exec", probe);
  });
  write_id_maps(watcher.pid(), {.uids = {{.count = 1}}, .gids = {{.count = 1}}});
  mapped.open();
  out.write.reset();
  const std::string ns = "ns:/proc/" + std::to_string(watcher.pid()) + "/ns/";
  for (int i = 0; i < kStarts; ++i) {
    CHECK(yard.box({"--userns", ns + "user", "--pid", ns + "pid"}, {"true"}).status == 0);
  }
  write_all(in.write, "enough\n", "watcher");
  std::vector<std::string> sights;
  const std::string told = read_all(out.read, "watcher");
  for (const std::string_view line : lines(told)) sights.emplace_back(line);
  check_sights(sights);
}

}  // namespace

TEST_SUITE("tool") {
  AS_BOTH("namespaces: a container sees nothing of cooper when it is joined",
          watched_by_a_container);
  TEST_CASE("namespaces: nor does root of a user namespace that is joined [root]") {
    on_yard(Caller::root, watched_by_root);
  }

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
