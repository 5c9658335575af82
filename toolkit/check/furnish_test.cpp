#include "toolkit/check/furnish.hpp"

#include "toolkit/check/context.hpp"
#include "toolkit/check/mounts.hpp"
#include "toolkit/check/observe.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {

TEST_SUITE("kernel") {
  TEST_CASE("furnish: directories, links and mounts are the machine's own") {
    NEEDS_USER_NAMESPACES();
    context() = {};
    context().settings = {
        .subject = "/usr/bin/env", .probe = test::built("libexec/cooperage/probe"), .name = "env"};
    Machine machine;
    const std::string place = machine.work("a/b");
    make_directory(machine, place);
    make_link(machine, machine.work("link"), "a/b");
    CHECK(machine.id_of(machine.work("link")) == machine.id_of(place));
    const FileId covered = machine.id_of(place);
    mount_tmpfs(machine, place);
    CHECK(machine.id_of(place) != covered);
    const Mounts mounts = mounts_of(machine.keeper());
    const MountInfo* mount = mount_on(mounts, place);
    REQUIRE(mount != nullptr);
    CHECK(mount->type == "tmpfs");
    CHECK(mount->propagation.find("shared:") != std::string::npos);
    const std::string again = machine.work("again");
    make_directory(machine, again);
    mount_bind(machine, place, again);
    CHECK(machine.id_of(again) == machine.id_of(place));
    CHECK(machine.leftovers().empty());
  }
}

}  // namespace toolkit::checks
