#include "toolkit/check/ipc.hpp"

#include <doctest/doctest.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "toolkit/check/context.hpp"
#include "toolkit/check/machine.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
TEST_SUITE("kernel") {
  TEST_CASE("ipc: objects are there where they were made, under key and name") {
    NEEDS_USER_NAMESPACES();
    const IpcObjects some = random_ipc_objects();
    const IpcObjects others = random_ipc_objects();
    toolkit::test::inside(Ns::ipc, [&] {
      CHECK(present(some).empty());
      CHECK(make(some) == kAllFour);
      CHECK(present(others).empty());
      CHECK_THROWS_AS(make(some), SystemError);
    });
    CHECK(present(some).empty());
  }

  TEST_CASE("ipc: what is left of them on a machine is told, with the command that removes it") {
    NEEDS_USER_NAMESPACES();
    context() = {};
    context().settings.probe = test::built("libexec/cooperage/probe");
    Machine machine;
    const IpcObjects some = random_ipc_objects();
    const Process pausing = machine.spawn([] { ::pause(); });
    while (machine.processes().empty()) ::sched_yield();
    const pid_t pid = machine.processes().front();
    CHECK(make_at(pid, some) == kAllFour);
    CHECK(present_at(pid, some) == kAllFour);
    ::kill(pid, SIGKILL);
    machine.make_file("/dev/shm/kept", "x");
    std::string remedies;
    for (const Leftover& left : machine.leftovers()) remedies += left.remedy + '\n';
    CHECK(machine.leftovers().size() == 5);
    CHECK(remedies.find("ipcrm -m ") != std::string::npos);
    CHECK(remedies.find("ipcrm -s ") != std::string::npos);
    CHECK(remedies.find("ipcrm -q ") != std::string::npos);
    CHECK(remedies.find("rm /dev/mqueue" + some.queue + '\n') != std::string::npos);
    CHECK(remedies.find("rm /dev/shm/kept\n") != std::string::npos);
    machine.settle();
    CHECK(machine.leftovers().empty());
  }

  TEST_CASE("ipc: a filesystem's size is its limit") {
    NEEDS_USER_NAMESPACES();
    toolkit::test::inside(Ns::mount, [] {
      constexpr std::uint64_t kBytes = 5 * 65536;
      mount("small", "/mnt", "tmpfs", 0, "size=" + std::to_string(kBytes));
      CHECK(size_at(::getpid(), "/mnt") == kBytes);
    });
  }

  TEST_CASE("ipc: a path's mode is told in octal, with the sticky bit") {
    NEEDS_USER_NAMESPACES();
    toolkit::test::inside(Ns::mount, [] {
      mount("open", "/mnt", "tmpfs", 0, "mode=1753");
      CHECK(mode_at(::getpid(), "/mnt") == "1753");
    });
  }

  TEST_CASE("ipc: whether settings can be changed is found out in a namespace that is new") {
    NEEDS_USER_NAMESPACES();
    const std::string before = setting("kernel/shmmni");
    toolkit::test::inside(Ns::ipc, [] {
      const ino_t here = namespace_id(::getpid(), Ns::ipc);
      const std::string error = settings_error();
      CHECK(namespace_id(::getpid(), Ns::ipc) != here);
      if (error.empty()) write_file("/proc/sys/kernel/shmmni", "77");
      if (error.empty()) CHECK(setting("kernel/shmmni") == "77");
    });
    CHECK(setting("kernel/shmmni") == before);
  }
}

}  // namespace toolkit::checks
