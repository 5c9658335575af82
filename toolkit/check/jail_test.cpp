#include "toolkit/check/jail.hpp"

#include <algorithm>
#include <filesystem>

#include "toolkit/check/context.hpp"
#include "toolkit/check/furnish.hpp"
#include "toolkit/check/mounts.hpp"
#include "toolkit/check/observe.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

/// The probe itself is the program that is locked in: it is static.
void use_the_probe() {
  const std::string probe = test::built("libexec/cooperage/probe");
  context() = {};
  context().settings = {.subject = probe, .probe = probe, .name = "program"};
}

Subject start_in(Machine& machine, const Jail& jail, void (*enter)(const std::string& path)) {
  return machine.start({machine.word()}, {.confine = [&] { enter(jail.path); },
                                          .confined_by = "jail " + jail.path,
                                          .program = jail.program});
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("jail: it lies as deep as it was asked for") {
    NEEDS_USER_NAMESPACES();
    use_the_probe();
    Machine machine;
    for (const int depth : {2, 12}) {
      const Jail jail = make_jail(machine, depth);
      CHECK(std::count(jail.path.begin(), jail.path.end(), '/') == depth);
      CHECK(machine.exists(jail.path + jail.program));
    }
  }

  TEST_CASE("jail: chroot leaves the machine's mounts around it, pivot_root none") {
    NEEDS_USER_NAMESPACES();
    use_the_probe();
    Machine machine;
    const Jail jail = make_jail(machine, 3);
    Subject in_chroot = start_in(machine, jail, enter_chroot);
    CHECK(context().did.starts_with("jail " + jail.path + " program "));
    CHECK(root_of(in_chroot.payload()) == jail.id);
    CHECK(cwd_of(in_chroot.payload()) == jail.id);
    CHECK(all_mounts(in_chroot.payload()).size() == mounts_of(machine.keeper()).size());
    Subject in_pivot_root = start_in(machine, jail, enter_pivot_root);
    CHECK(root_of(in_pivot_root.payload()) == jail.id);
    CHECK(all_mounts(in_pivot_root.payload()).size() == 1);
  }

  TEST_CASE("jail: sleepers have the roots they were given, in this order, and leave nothing") {
    NEEDS_USER_NAMESPACES();
    use_the_probe();
    Machine machine;
    const Jail jail = make_jail(machine, 3);
    {
      const Sleepers sleepers(machine, {jail.path, jail.path + "/tmp", ""});
      std::vector<pid_t> pids = sleepers.pids();
      std::sort(pids.begin(), pids.end());
      REQUIRE(pids.size() == 3);
      CHECK(root_of(pids[0]) == jail.id);
      CHECK(root_of(pids[1]) == machine.id_of(jail.path + "/tmp"));
      CHECK(root_of(pids[2]) == machine.id_of("/"));
    }
    CHECK(machine.processes().empty());
  }

  TEST_CASE("jail: what is left open is there at its number") {
    NEEDS_USER_NAMESPACES();
    use_the_probe();
    Machine machine;
    const Jail jail = make_jail(machine, 3);
    constexpr int kNumber = 77;
    const Subject subject =
        machine.start({machine.word()}, {.confine = [] { leave_open("/w", kNumber); }});
    CHECK(std::filesystem::read_symlink("/proc/" + std::to_string(subject.payload()) + "/fd/77") ==
          "/w");
  }

  TEST_CASE("jail: the names of a jail are the machine's, too, which stays read-only") {
    NEEDS_USER_NAMESPACES();
    use_the_probe();
    Machine machine;
    const Jail jail = make_jail(machine, 3);
    make_directory(machine, jail.path + "/cell");
    const auto options = [&] { return mounts_of(machine.keeper()).front().options; };
    const auto before = options();
    copy_names(machine, jail.path);
    CHECK(machine.exists("/cell"));
    CHECK(options() == before);
    CHECK(machine.leftovers().empty());
  }
}

}  // namespace toolkit::checks
