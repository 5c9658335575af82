#include "toolkit/check/user.hpp"

#include <sys/stat.h>

#include "toolkit/check/context.hpp"
#include "toolkit/check/machine.hpp"
#include "toolkit/check/owners.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

/// `env` is a fair program: it becomes the command it is given.
void use_env() {
  context() = {};
  context().settings = {
      .subject = "/usr/bin/env", .probe = test::built("libexec/cooperage/probe"), .name = "env"};
}

std::string four_times(uid_t id) {
  const std::string text = std::to_string(id);
  return text + '\t' + text + '\t' + text + '\t' + text;
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("user: has one's ids, one's directory, and no capability [userns]") {
    NEEDS_USER_NAMESPACES();
    use_env();
    Machine machine;
    const User user = make_user(machine);
    Subject subject = machine.start({machine.probe(), machine.word()}, {.as = user});
    const pid_t pid = subject.payload();
    CHECK(status_value(pid, "Uid") == four_times(user.outside_uid));
    CHECK(status_value(pid, "Gid") == four_times(user.outside_gid));
    CHECK(status_value(pid, "CapEff") == "0000000000000000");
    CHECK(status_value(pid, "CapPrm") == "0000000000000000");
    CHECK(depth_below(machine.namespace_id(Ns::user), pid) == user.depth);
    CHECK(subject.ask("cwd") == user.home);
    CHECK(subject.ask("env HOME") == user.home);
    CHECK(subject.ask("write mine x") == "ok");
    CHECK(subject.ask("sethostname mine") == "EPERM");
    CHECK(subject.ask("mount-tmpfs " + user.home) == "EPERM");
    subject.tell("exit 0");
    subject.wait();
    CHECK(context().left.empty());
  }

  TEST_CASE("user: files of a machine's root are not theirs [root] [userns]") {
    NEEDS_USER_NAMESPACES();
    SKIP_UNLESS(test::is_root(), "a normal user's machine has one id for all");
    use_env();
    Machine machine;
    const User user = make_user(machine);
    if (user.depth > 0) return;  // root of a user namespace with few ids
    const std::string secret = machine.make_file(machine.work("secret"), "x", 0600);
    Subject subject = machine.start({machine.probe(), machine.word()}, {.as = user});
    CHECK(subject.ask("open " + secret) == "EACCES");
    CHECK(subject.ask("write /w/new x") == "EACCES");
  }

  TEST_CASE("user: borrows ranges by newuidmap where there are some [root] [userns]") {
    NEEDS_USER_NAMESPACES();
    SKIP_UNLESS(test::is_root(), "a normal user's machine has one id for all");
    use_env();
    Machine machine;
    const User user = make_user(machine);
    SKIP_UNLESS(user.no_ranges.empty(), user.no_ranges);
    const std::string map = "newuidmap $$ 0 " + std::to_string(user.uid) + " 1 1 " +
                            std::to_string(user.subuids.first) + ' ' +
                            std::to_string(user.subuids.count);
    // Before the shell is in a user namespace a map is refused by the kernel; who asks, by the tool.
    const Ended ended = machine.finish({"unshare", "--user", "sh", "-c", "exit 3"}, {.as = user});
    CHECK(ended.status == 3);
    const Ended other =
        machine.finish({"sh", "-c", "stat -c %a%u /usr/bin/newuidmap; " + map}, {.as = user});
    CHECK(other.out == "47550\n");
    CHECK(other.err.find("write to uid_map failed") != std::string::npos);
    const Ended stranger = machine.finish(
        {"sh", "-c", "newuidmap $$ 0 " + std::to_string(user.subuids.first + 5000) + " 1"},
        {.as = user});
    CHECK(stranger.err.find("not allowed") != std::string::npos);
  }
}

}  // namespace toolkit::checks
