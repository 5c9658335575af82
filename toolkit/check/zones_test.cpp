#include "toolkit/check/zones.hpp"

#include <unistd.h>

#include "toolkit/check/context.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {

TEST_SUITE("kernel") {
  TEST_CASE("[tzdata] zones: one that is not the machine's, and what a program was told of it") {
    NEEDS_USER_NAMESPACES();
    SKIP_UNLESS(::access(kLocaltime, R_OK) == 0, "no /etc/localtime");
    context() = {};
    context().settings = {
        .subject = "/usr/bin/env", .probe = test::built("libexec/cooperage/probe"), .name = "env"};
    Machine machine;
    const Zone zone = choose_zone(machine);
    CHECK(zone.content.starts_with("TZif"));
    CHECK(zone.content == read_file("/usr/share/zoneinfo/" + zone.name));
    CHECK(zone.content != read_file(kLocaltime));
    CHECK(read_file(zone_file_of(machine)) == read_file(kLocaltime));
    const Subject subject = machine.start({"TZ=" + zone.name, machine.probe(), machine.word()});
    CHECK(zone_variable_of(subject) == "TZ=" + zone.name);
    CHECK(content_at(subject.payload(), kLocaltime) == read_file(kLocaltime));
  }
}

}  // namespace toolkit::checks
