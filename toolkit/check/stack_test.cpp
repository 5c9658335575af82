#include "toolkit/check/stack.hpp"

#include <doctest/doctest.h>

#include "toolkit/check/context.hpp"
#include "toolkit/check/sockets.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

void use_env() {
  context() = {};
  context().settings = {
      .subject = "/usr/bin/env", .probe = test::built("libexec/cooperage/probe"), .name = "env"};
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("stack: a socket that is made on a machine belongs to it, and not to the checker") {
    NEEDS_USER_NAMESPACES();
    use_env();
    Machine machine;
    const Fd socket = socket_on(machine, [] { return listen_on_abstract("cellar"); });
    CHECK(connect_to_abstract("cellar") == "ECONNREFUSED");
    CHECK(machine.inside(Ns::net, [] { return connect_to_abstract("cellar"); }) == "ok");
    CHECK(machine.leftovers().empty());
  }

  TEST_CASE("stack: the links of a machine, and a cable that a program may take away") {
    NEEDS_USER_NAMESPACES();
    use_env();
    Machine machine;
    CHECK(links_on(machine).size() == 1);
    CHECK(links_on(machine).front().up);
    set_link_on(machine, "lo", LinkState::down);
    CHECK(!links_on(machine).front().up);
    set_link_on(machine, "lo", LinkState::up);
    try {
      const Cable cable = lay_cable(machine);
      CHECK(link_named(links_on(machine), cable.here) != nullptr);
      CHECK(link_named(links_on(machine), cable.there) != nullptr);
      set_link_on(machine, cable.there, LinkState::up);
      CHECK(machine.leftovers().empty());
    } catch (const Skipped& skipped) {
      SKIP_UNLESS(false, skipped.reason);
    }
  }

  TEST_CASE("stack: a cable that is called lo is one that no new namespace has a place for") {
    NEEDS_USER_NAMESPACES();
    use_env();
    Machine machine;
    try {
      const Cable cable = lay_cable_named_lo(machine);
      CHECK(cable.here == "lo");
      CHECK(settings_of(links_on(machine), "lo") == "MULTICAST");
      CHECK(links_on(machine).size() == 3);
      CHECK(machine.leftovers().empty());
    } catch (const Skipped& skipped) {
      SKIP_UNLESS(false, skipped.reason);
    }
  }

  TEST_CASE("stack: what is mounted on a file is the machine's, and told") {
    NEEDS_USER_NAMESPACES();
    use_env();
    Machine machine;
    const std::string file = machine.work("kept");
    keep_namespace_on(machine, Ns::uts, file);
    CHECK(mounted_text(machine, file).starts_with("uts:["));
    CHECK(mounted_text(machine, file).ends_with("], a nsfs"));
    const std::string other = machine.work("other");
    CHECK(mounted_text(machine, other) == "nothing is mounted on it");
    bind_on(machine, machine.probe(), other);
    CHECK(machine.id_of(other) == machine.id_of(machine.probe()));
    CHECK(machine.leftovers().empty());
  }

  TEST_CASE("stack: a file that is held open keeps its mount busy") {
    NEEDS_USER_NAMESPACES();
    use_env();
    Machine machine;
    static_cast<void>(machine.inside(Ns::mount, [] {
      mount("kept", "/mnt", "tmpfs", 0);
      open_file("/mnt/wine", O_CREAT | O_WRONLY, 0644).reset();
      return std::string();
    }));
    const std::vector<std::string> lets_go = {"umount", "/mnt"};
    {
      const Fd held = opened_on(machine, "/mnt/wine");
      CHECK(machine.finish(lets_go).status != 0);
    }
    CHECK(machine.finish(lets_go).status == 0);
  }
}

}  // namespace toolkit::checks
