#include "toolkit/check/files.hpp"

#include <fcntl.h>

#include "toolkit/check/context.hpp"
#include "toolkit/check/machine.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {

TEST_SUITE("kernel") {
  TEST_CASE("files: names, devices and refusals are those below the root of a process") {
    NEEDS_USER_NAMESPACES();
    context() = {};
    context().settings = {
        .subject = "/usr/bin/env", .probe = test::built("libexec/cooperage/probe"), .name = "env"};
    Machine machine;
    const std::string path = machine.make_file(machine.work("file"), "text");
    CHECK(names_in(machine.keeper(), "/w").contains("file"));
    CHECK(names_in(machine.keeper(), "/dev").contains("null 1:3"));
    CHECK(open_error(machine.keeper(), path, O_RDONLY).empty());
    CHECK(open_error(machine.keeper(), path + "s", O_RDONLY) == "ENOENT");
  }
}

}  // namespace toolkit::checks
