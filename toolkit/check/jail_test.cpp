#include "toolkit/check/jail.hpp"

#include "toolkit/check/context.hpp"
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
}

}  // namespace toolkit::checks
