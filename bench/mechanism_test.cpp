// Each mechanism does what its lab teaches: else its cost would be that of something else.
#include "bench/mechanism.hpp"

#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <ctime>

#include "bench/lab_parts.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::namespace_id;
using toolkit::Ns;
using toolkit::Process;
using toolkit::bench::Mechanism;
using toolkit::bench::Operator;
using toolkit::bench::Sample;
using toolkit::bench::Scratch;
using toolkit::bench::spawn_in;
using toolkit::test::inside;

namespace {

Mechanism mechanism(const std::string& number) {
  for (Mechanism& lab : toolkit::bench::mechanisms()) {
    if (lab.number == number) return lab;
  }
  return {};
}

/// Runs body as root of a user namespace, in a process that the mechanism was set up for.
void within(const std::string& number, const std::function<void(const Scratch&)>& body) {
  inside(Ns::mount, [&] {
    const Scratch scratch;
    Process child = spawn_in(mechanism(number), scratch, [&] { body(scratch); });
    child.await_exec();
    CHECK(child.wait().shell_code() == 0);
  });
}

void expect(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

long seconds_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return now.tv_sec;
}

bool is_there(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE(
      "mechanism: chroot and pivot_root show the new root, and in it the file to look at "
      "[userns]") {
    NEEDS_USER_NAMESPACES();
    for (const char* number : {"01", "03"}) {
      CAPTURE(number);
      within(number, [](const Scratch& scratch) {
        expect(is_there(scratch.file()), "the file is there");
        expect(!is_there("/etc") && !is_there(scratch.root()), "nothing else is");
      });
    }
  }

  TEST_CASE("mechanism: a host name is set where the namespace is a new one [userns]") {
    NEEDS_USER_NAMESPACES();
    within("04", [](const Scratch&) {
      utsname names{};
      ::uname(&names);
      expect(std::string(names.nodename) == "barrel", "the name is set");
    });
  }

  TEST_CASE("mechanism: the tree to look at is a mount point [userns]") {
    NEEDS_USER_NAMESPACES();
    within("05", [](const Scratch& scratch) {
      const std::string mounts = toolkit::read_file("/proc/self/mountinfo");
      expect(mounts.find(" " + scratch.tree() + " ") != std::string::npos, "a bind is on it");
      expect(mounts.find(" " + scratch.empty() + " ") != std::string::npos, "a tmpfs beside it");
    });
  }

  TEST_CASE("mechanism: the process is the first and sees its own numbers [userns]") {
    NEEDS_USER_NAMESPACES();
    within("06", [](const Scratch&) {
      expect(::getpid() == 1, "it is PID 1");
      expect(std::filesystem::read_symlink("/proc/self") == "1", "and /proc says so");
    });
  }

  TEST_CASE("mechanism: the clocks are a day ahead in the process itself [userns]") {
    NEEDS_USER_NAMESPACES();
    SKIP_UNLESS(is_there("/proc/self/ns/time"), "this kernel has no time namespaces");
    const long before = seconds_of(CLOCK_MONOTONIC);
    within("10", [before](const Scratch&) {
      expect(seconds_of(CLOCK_MONOTONIC) >= before + 86400, "the monotonic clock is ahead");
    });
  }

  TEST_CASE("mechanism: a user namespace has its map before anything is done in it [userns]") {
    NEEDS_USER_NAMESPACES();
    within("09", [](const Scratch&) {
      expect(::getuid() == 0, "it is root");
      expect(!toolkit::read_file("/proc/self/uid_map").empty(), "its map is written");
    });
  }

  TEST_CASE("mechanism: namespaces are new ones [userns]") {
    NEEDS_USER_NAMESPACES();
    const std::vector<std::pair<const char*, Ns>> kinds = {
        {"03", Ns::mount}, {"04", Ns::uts},  {"05", Ns::mount}, {"07", Ns::ipc},
        {"08", Ns::net},   {"09", Ns::user}, {"17", Ns::cgroup}};
    for (const auto& [number, kind] : kinds) {
      CAPTURE(number);
      const auto which = kind;
      inside(Ns::mount, [&, number = number] {
        const ino_t ours = namespace_id(::getpid(), which);
        const Scratch scratch;
        toolkit::Pipe answer = toolkit::make_pipe();
        toolkit::Pipe end = toolkit::make_pipe();
        Process child = spawn_in(mechanism(number), scratch, [&] {
          end.write.reset();
          toolkit::write_all(answer.write, "x", "answer");
          static_cast<void>(toolkit::read_all(end.read, "end"));
        });
        char byte = 0;
        CHECK(::read(answer.read.get(), &byte, 1) == 1);
        CHECK(namespace_id(child.pid(), which) != ours);
      });
    }
  }

  TEST_CASE(
      "mechanism: each operation can be done, in it and beside it, and takes its time [userns]") {
    NEEDS_USER_NAMESPACES();
    for (const Mechanism& lab : toolkit::bench::mechanisms()) {
      if (!lab.prepare) continue;
      if (lab.number == "10" && !is_there("/proc/self/ns/time")) continue;
      CAPTURE(lab.number);
      inside(Ns::mount | Ns::net, [&] {
        toolkit::bring_loopback_up();
        const Scratch scratch;
        Operator beside({}, lab, scratch);
        Operator in_it(lab, lab, scratch);
        for (Operator* side : {&beside, &in_it}) {
          const Sample sample = side->turn();
          CHECK(sample.wall > 0);
          CHECK(sample.wall < 1e6);
        }
      });
    }
  }

  TEST_CASE("mechanism: what it is tried on is removed") {
    std::string file;
    {
      const Scratch scratch;
      file = scratch.file();
      CHECK(is_there(file));
      CHECK(is_there(scratch.root() + file));
    }
    CHECK_FALSE(is_there(std::filesystem::path(file).parent_path().parent_path()));
  }

  TEST_CASE("mechanism: who may not set one up says why") {
    const Scratch scratch;
    Mechanism refused = mechanism("01");
    refused.enter = [](const Scratch&) { throw toolkit::SystemError(EPERM, "chroot", "/x"); };
    CHECK_THROWS_WITH(static_cast<void>(start_once(refused, scratch)),
                      "chroot '/x': Operation not permitted");
    CHECK_THROWS_WITH(Operator(refused, refused, scratch), "chroot '/x': Operation not permitted");
  }
}
