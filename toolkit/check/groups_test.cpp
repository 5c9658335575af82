#include "toolkit/check/groups.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "toolkit/check/context.hpp"
#include "toolkit/check/furnish.hpp"
#include "toolkit/check/group_names.hpp"
#include "toolkit/check/machine.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

void use_probe() {
  context() = {};
  context().settings = {
      .subject = "/usr/bin/env", .probe = test::built("libexec/cooperage/probe"), .name = "env"};
}

/// Where the checker sees a group of a machine; its hierarchies are mounted where the machine's are.
std::string directory_of(const OwnGroup& group) {
  return group.place + group.path.substr(group.path.rfind('/'));
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("groups: the path in a hierarchy") {
    const char* text = "9:name=systemd:/a\n4:cpu,cpuacct:/b:c\n1:cpu:/d\n0::/e\n";
    CHECK(group_in(text, "cpu,cpuacct") == "/b:c");
    CHECK(group_in(text, "cpu") == "/d");
    CHECK(group_in(text, "") == "/e");
    CHECK_FALSE(group_in(text, "pids").has_value());
  }

  TEST_CASE("groups: the hierarchies that mounts show") {
    const std::vector<OwnGroup> shown = groups_shown(parse_mounts(
        "2 1 0:4 / /c/x rw - cgroup cgroup rw,pids\n3 1 0:5 / /c/f rw - cgroup cgroup "
        "rw,freezer\n4 1 0:6 / /c/u rw - cgroup2 none rw\n5 1 0:7 / /t rw - tmpfs t rw\n"));
    REQUIRE(shown.size() == 2);
    CHECK(shown[0].controllers == "pids");
    CHECK(shown[0].place == "/c/x");
    CHECK(shown[1].controllers.empty());
  }
}

TEST_SUITE("kernel") {
  TEST_CASE("[cgroups] groups: a machine has some of its own, and they go with it") {
    NEEDS_USER_NAMESPACES();
    use_probe();
    std::vector<OwnGroup> groups;
    {
      Machine machine({.groups = Groups::own});
      groups = machine.groups();
      SKIP_UNLESS(!groups.empty(), "no cgroup can be made");
      const Subject subject = machine.start({machine.probe(), machine.word()});
      const std::string own = read_file("/proc/" + std::to_string(subject.payload()) + "/cgroup");
      for (const OwnGroup& group : groups) {
        CAPTURE(group.place);
        CHECK(group_in(own, group.controllers).value_or("").starts_with(group.path + "/session-"));
        const std::string made = machine.inside(Ns::mount, [&group] {
          const std::string path = group.place + "/made";
          if (::mkdir(path.c_str(), 0755) == -1) return std::string("not made");
          return std::string(::access((path + "/cgroup.procs").c_str(), W_OK) == 0 ? "" : "no");
        });
        CHECK(made.empty());
        CHECK(std::filesystem::exists(directory_of(group) + "/made"));
        const std::string seen = groups_as_seen_by(subject.payload());
        CHECK(group_in(seen, group.controllers).value_or("").starts_with("/session-"));
      }
      for (const MountInfo& mount : group_mounts_as_seen_by(subject.payload()))
        CHECK(mount.root == "/");
      Process spawned = machine.spawn([] {
        for (const std::string_view line : lines(read_file("/proc/self/cgroup"))) {
          if (line.starts_with("0::")) ::_exit(line.starts_with("0::/session-") ? 0 : 1);
        }
      });
      CHECK(spawned.wait().shell_code() == 0);
    }
    for (const OwnGroup& group : groups) CHECK_FALSE(std::filesystem::exists(directory_of(group)));
  }

  TEST_CASE("[cgroups] groups: one that is invalid opens and takes nobody") {
    NEEDS_USER_NAMESPACES();
    use_probe();
    Machine machine({.groups = Groups::own});
    for (const OwnGroup& group : machine.groups()) {
      if (!group.controllers.empty()) continue;
      const std::string file = make_invalid_group(machine, group.place) + "/cgroup.procs";
      const Ended ended =
          machine.finish({"sh", "-c", "exec 3> " + file + " && ! LC_ALL=C /bin/echo 0 >&3"});
      CHECK(ended.status == 0);
      CHECK(ended.err.find("not supported") != ended.err.npos);
    }
  }

  TEST_CASE("[cgroups] groups: another machine has none, and can make none") {
    NEEDS_USER_NAMESPACES();
    use_probe();
    Machine machine;
    CHECK(machine.groups().empty());
  }

  TEST_CASE("[cgroups] groups: those of a checker that was killed are swept by the next") {
    NEEDS_USER_NAMESPACES();
    use_probe();
    Pipe told = make_pipe();
    Process checker = Process::spawn({}, [&told] {
      const Machine machine({.groups = Groups::own});
      std::string directories;
      for (const OwnGroup& group : machine.groups()) {
        ::mkdir((directory_of(group) + "/session-of-a-learner").c_str(), 0755);
        directories += directory_of(group) + '\n';
      }
      write_all(told.write, directories, "told");
      told.write.reset();
      ::pause();
    });
    told.write.reset();
    const std::string directories = read_all(told.read, "told");
    checker.signal(SIGKILL);
    checker.wait();
    SKIP_UNLESS(!directories.empty(), "no cgroup can be made");
    const auto exist = [&directories] {
      bool some = false;
      std::string_view rest = directories;
      while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        some = some || std::filesystem::exists(std::string(rest.substr(0, end)));
        rest.remove_prefix(end + 1);
      }
      return some;
    };
    CHECK(exist());
    // The machine of the checker that was killed needs a moment to end.
    for (int left = 200; left > 0 && exist(); --left) const Machine next({.groups = Groups::own});
    CHECK_FALSE(exist());
  }
}

}  // namespace toolkit::checks
