#include "toolkit/check/expect.hpp"

#include <sys/mount.h>

#include "toolkit/check/context.hpp"
#include "toolkit/check/furnish.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

void use(const std::string& program, const std::string& name) {
  context() = {};
  context().settings = {
      .subject = program, .probe = test::built("libexec/cooperage/probe"), .name = name};
}

/// The hint of the FAIL that it ends with, or empty.
template <typename Expectation>
std::string hint_of(const Expectation& expectation) {
  try {
    expectation();
  } catch (const Failed& failed) {
    return failed.failure.hint;
  }
  return {};
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("expect: a namespace of the machine is told, and a new one is not") {
    NEEDS_USER_NAMESPACES();
    use("/usr/bin/unshare", "unshare");
    Machine machine;
    Subject subject = machine.start({"--uts", "--fork", machine.probe(), machine.word()});
    CHECK(hint_of([&] { expect_own_namespace(subject, machine, Ns::ipc); }) == "same-namespace");
    CHECK(hint_of([&] { expect_own_namespace(subject, machine, Ns::uts); }).empty());
    CHECK(hint_of([&] { expect_runner_stays(subject, machine, Ns::uts); }) == "runner-moved");
    CHECK(hint_of([&] { expect_runner_stays(subject, machine, Ns::ipc); }).empty());
  }

  TEST_CASE("expect: a copy of the machine's mounts has peers, until it is private") {
    NEEDS_USER_NAMESPACES();
    use("/usr/bin/unshare", "unshare");
    Machine machine;
    const auto hint_with = [&machine](const std::string& propagation) {
      Subject subject =
          machine.start({"--mount", "--propagation", propagation, machine.probe(), machine.word()});
      return hint_of([&] {
        expect_no_peers(subject, machine);
        expect_no_masters(subject, "slave");
      });
    };
    CHECK(hint_with("unchanged") == "still-shared");
    CHECK(hint_with("slave") == "slave");
    CHECK(hint_with("private").empty());
  }

  TEST_CASE("expect: a mount that came to the machine is told, and so is a change of one") {
    NEEDS_USER_NAMESPACES();
    use("/usr/bin/mount", "mount");
    Machine machine;
    const KeptMounts kept(machine);
    CHECK(hint_of([&] { kept.expect("now"); }).empty());
    machine.finish({"--make-private", "/tmp"});
    CHECK(hint_of([&] { kept.expect("now"); }) == "host-changed");
    mount_tmpfs(machine, machine.work(""));
    CHECK(hint_of([&] { kept.expect("now"); }) == "mounted-outside");
    const KeptMounts more(machine);
    CHECK(machine.inside(Ns::mount, [] { return std::to_string(::umount2("/run", MNT_DETACH)); }) ==
          "0");
    CHECK(hint_of([&] { more.expect("now", "gone"); }) == "gone");
  }

  TEST_CASE("expect: a mount is read-only, by a flag of its own, and keeps the others") {
    NEEDS_USER_NAMESPACES();
    use("/usr/bin/unshare", "unshare");
    Machine machine;
    const std::string place = machine.work("place");
    make_directory(machine, place);
    mount_tmpfs(machine, place);
    machine.make_file(place + "/word", "word");
    const auto hint_with = [&](unsigned long flags) {
      Subject subject = machine.start({"--uts", "--fork", machine.probe(), machine.word()});
      const std::string done = machine.inside(Ns::mount, [&] {
        return std::to_string(
            ::mount(nullptr, place.c_str(), nullptr, MS_REMOUNT | flags, nullptr));
      });
      CHECK(done == "0");
      return hint_of([&] { expect_read_only(subject, place, "writable", {"nosuid", "nodev"}); });
    };
    constexpr unsigned long kBoth = MS_NOSUID | MS_NODEV;
    CHECK(hint_with(MS_BIND | kBoth) == "writable");
    CHECK(hint_with(MS_BIND | MS_RDONLY | kBoth).empty());
    CHECK(hint_with(MS_BIND | MS_RDONLY | MS_NODEV) == "flags-lost");
    CHECK(hint_with(MS_RDONLY | kBoth) == "filesystem-read-only");
  }

  TEST_CASE("expect: a descriptor that the command inherits is told") {
    NEEDS_USER_NAMESPACES();
    use("/usr/bin/env", "env");
    Machine machine;
    const Subject leaks = machine.start({machine.probe(), machine.word()}, {.leaks = {77}});
    CHECK(hint_of([&] { expect_no_descriptors(leaks, "leaked"); }) == "leaked");
    const Subject none = machine.start({machine.probe(), machine.word()});
    CHECK(hint_of([&] { expect_no_descriptors(none, "leaked"); }).empty());
  }
}

}  // namespace toolkit::checks
