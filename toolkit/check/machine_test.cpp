#include "toolkit/check/machine.hpp"

#include <doctest/doctest.h>
#include <linux/capability.h>

#include <algorithm>

#include "toolkit/check/context.hpp"
#include "toolkit/check/links.hpp"
#include "toolkit/check/stack.hpp"
#include "toolkit/kernel/capabilities.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/rootfs.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

/// `env` is a fair program: it becomes the command it is given.
void use(const std::string& program, const std::string& name) {
  context() = {};
  context().settings = {
      .subject = program, .probe = test::built("libexec/cooperage/probe"), .name = name};
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("a machine is made of namespaces of its own") {
    NEEDS_USER_NAMESPACES();
    use("/usr/bin/env", "env");
    const Machine machine;
    for (const Ns kind : {Ns::mount, Ns::pid, Ns::uts, Ns::ipc, Ns::net, Ns::cgroup, Ns::user}) {
      CAPTURE(proc_name(kind));
      CHECK(machine.namespace_id(kind) != namespace_id(::getpid(), kind));
    }
    CHECK(machine.hostname().starts_with("host-"));
    CHECK(machine.processes().empty());
    CHECK(machine.leftovers().empty());
  }

  TEST_CASE("all of a machine's mounts are shared, as systemd leaves them") {
    NEEDS_USER_NAMESPACES();
    use("/usr/bin/env", "env");
    const Machine machine;
    const std::vector<MountInfo> mounts = mounts_of(machine.keeper());
    CHECK(mounts.size() > 10);
    for (const MountInfo& mount : mounts) {
      CAPTURE(mount.target);
      CHECK(mount.propagation.find("shared:") != std::string::npos);
    }
  }

  TEST_CASE("a program runs in the machine, and its payload answers") {
    NEEDS_USER_NAMESPACES();
    use("/usr/bin/env", "env");
    Machine machine;
    Subject subject = machine.start({machine.probe(), machine.word(), "", "a b"});
    CHECK(machine.is_probe(subject.payload()));
    CHECK(command_line(subject.payload()) ==
          std::vector<std::string>{machine.probe(), machine.word(), "", "a b"});
    CHECK(subject.ask("hostname") == machine.hostname());
    CHECK(hostname_of(subject.payload()) == machine.hostname());
    CHECK(descriptors(subject.payload()).size() == 3);
    subject.tell("exit 42");
    CHECK(subject.wait().status == 42);
    CHECK(context().left.empty());
  }

  TEST_CASE("a program starts without the capabilities that it is not to have") {
    NEEDS_USER_NAMESPACES();
    use("/usr/bin/env", "env");
    Machine machine;
    const std::vector<std::string> asks = {"sh", "-c", "grep CapEff: /proc/self/status >&2"};
    const auto has_net_admin = [&](const StartOptions& options) {
      const std::string set = machine.finish(asks, options).err;
      REQUIRE(set.size() > 16);
      return CapSet(std::stoull(set.substr(set.size() - 17), nullptr, 16)).contains(CAP_NET_ADMIN);
    };
    CHECK(has_net_admin({}));
    CHECK(!has_net_admin({.without = {CAP_NET_ADMIN}}));
  }

  TEST_CASE("a program can be refused the old calls for links") {
    NEEDS_USER_NAMESPACES();
    use("/usr/bin/env", "env");
    Machine machine;
    const auto is_up = [&machine] {
      return machine.inside(Ns::net,
                            [] { return std::string(links_here().at(0).up ? "up" : "down"); });
    };
    const std::vector<std::string> down = {"busybox", "ifconfig", "lo", "down"};
    const Ended refused = machine.finish(down, {.interface_calls = InterfaceCalls::refused});
    CHECK(refused.status != 0);
    CHECK(refused.err.find("Operation not permitted") != std::string::npos);
    CHECK(is_up() == "up");
    CHECK(machine.finish(down).status == 0);
    CHECK(is_up() == "down");
  }

  TEST_CASE("a hidden program can't be started, and others can") {
    NEEDS_USER_NAMESPACES();
    use("/usr/bin/env", "env");
    Machine open;
    CHECK(open.finish({"uname"}).status == 0);
    context().settings.hidden = {"uname", "no-such-program"};
    Machine machine;
    CHECK(machine.finish({"uname"}).status == 126);
    CHECK(machine.finish({"true"}).status == 0);
    CHECK(mounted_on(machine, "/usr/bin/uname").has_value());
    CHECK(!mounted_on(machine, "/usr/bin/true"));
    CHECK(machine.leftovers().empty());
    CHECK(context().left.empty());
  }

  TEST_CASE("where no namespaces can be made, a check is skipped, and says why") {
    NEEDS_USER_NAMESPACES();
    use("/usr/bin/env", "env");
    const auto skipped = [](const std::string& most, const std::string& why,
                            const std::function<void()>& body) {
      test::inside(Ns::mount, [&] {
        write_file("/proc/sys/user/max_net_namespaces", most);
        try {
          body();
        } catch (const Skipped& skip) {
          CAPTURE(skip.reason);
          CHECK(skip.reason.find(why) != std::string::npos);
          CHECK(skip.remedy.find("sysctl") != std::string::npos);
          return;
        }
        FAIL_CHECK("not skipped");
      });
    };
    skipped("0", "/proc/sys/user/max_net_namespaces is 0", [] { const Machine machine; });
    skipped("1", "No space left on device", [] {
      const Machine machine;
      machine.need(Ns::uts | Ns::mount);
      machine.need(Ns::net);
    });
  }

  TEST_CASE("what a check made, or asked for, is no finding") {
    NEEDS_USER_NAMESPACES();
    use("/usr/bin/env", "env");
    Machine machine;
    const auto leave = [&machine](const std::string& name) {
      static_cast<void>(machine.inside(Ns::mount, [&] {
        make_directories("/run/" + name);
        mount("kept", "/run/" + name, "tmpfs", 0);
        return std::string();
      }));
    };
    leave("cask");
    REQUIRE(machine.leftovers().size() == 1);
    CHECK(machine.leftovers().front().remedy == "umount /run/cask");
    machine.settle();
    CHECK(machine.leftovers().empty());
    leave("barrel");
    CHECK(machine.leftovers().size() == 1);
    machine.excuse("/run/barrel");
    CHECK(machine.leftovers().empty());
  }

  TEST_CASE("what lies in a root that was made is read from outside") {
    NEEDS_USER_NAMESPACES();
    use("/usr/bin/env", "env");
    Machine machine;
    const Rootfs rootfs = machine.make_rootfs();
    CHECK(machine.read(rootfs.path + rootfs.canary) == rootfs.content);
    CHECK(machine.list(rootfs.path) ==
          std::vector<std::string>{"dev", "etc", "probe", "proc", "sys", "tmp"});
    CHECK(machine.id_of(rootfs.path + rootfs.probe) == machine.id_of(rootfs.path + "/probe"));
    CHECK(machine.id_of(rootfs.path) == rootfs.id);
    CHECK(!machine.exists(rootfs.path + "/old_root"));
  }
}

}  // namespace toolkit::checks
