#include "toolkit/course/doctor/cause.hpp"

#include <linux/capability.h>

#include <cerrno>

#include "toolkit/course/doctor/fixture_test.hpp"
#include "toolkit/test/test.hpp"

using namespace toolkit::course;  // NOLINT: the names under test

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Cause explain_user_ns(int error, const Facts& facts) {
  return explain(Step::user_ns, error, Who::self_rootless, facts);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("cause: nothing forbids containers on a machine that lacks nothing") {
    CHECK_FALSE(what_forbids(healthy_machine()));
    CHECK_FALSE(what_forbids(healthy_user()));
  }

  TEST_CASE("cause: a limit of zero is named with its file and the command that raises it") {
    Facts facts = healthy_user();
    facts.sysctls["user.max_user_namespaces"] = 0;
    const Cause cause = explain_user_ns(ENOSPC, facts);
    CHECK(cause.reason == "user namespaces are off: /proc/sys/user/max_user_namespaces is 0");
    CHECK(cause.remedy == "sudo sysctl -w user.max_user_namespaces=15000");
  }

  TEST_CASE("cause: root is told the command without sudo") {
    Facts facts = healthy_machine();
    facts.sysctls["user.max_user_namespaces"] = 0;
    CHECK(explain_user_ns(ENOSPC, facts).remedy == "sysctl -w user.max_user_namespaces=15000");
  }

  TEST_CASE("cause: where there is no sudo the command says who must type it") {
    Facts facts = healthy_user();
    facts.has_sudo = false;
    CHECK(with_sudo(facts, "modprobe fuse") == "as root: modprobe fuse");
    CHECK(with_sudo(healthy_user(), "modprobe fuse") == "sudo modprobe fuse");
  }

  TEST_CASE("cause: a limit that is used up elsewhere is not called off") {
    const Cause cause = explain_user_ns(ENOSPC, healthy_user());
    CHECK(contains(cause.reason, "used up"));
  }

  TEST_CASE("cause: Debian's switch is named to a user and not to root") {
    Facts facts = healthy_user();
    facts.sysctls["kernel.unprivileged_userns_clone"] = 0;
    CHECK(contains(explain_user_ns(EPERM, facts).reason, "unprivileged_userns_clone is 0"));
    facts.identity.effective = facts.identity.bounding;
    CHECK_FALSE(contains(explain_user_ns(EPERM, facts).reason, "unprivileged_userns_clone"));
  }

  TEST_CASE("cause: the switch binds root of a user namespace as any user") {
    Facts facts = healthy_machine();
    facts.sysctls["kernel.unprivileged_userns_clone"] = 0;
    facts.identity.initial_user_ns = false;
    CHECK(contains(explain_user_ns(EPERM, facts).reason, "unprivileged_userns_clone is 0"));
  }

  TEST_CASE("cause: Ubuntu's AppArmor shows at the id map") {
    Facts facts = healthy_user();
    facts.sysctls["kernel.apparmor_restrict_unprivileged_userns"] = 1;
    facts.rootless->set(Step::uid_map, EPERM);
    const auto cause = what_forbids(facts);
    REQUIRE(cause);
    CHECK(contains(cause->reason, "apparmor_restrict_unprivileged_userns is 1"));
    CHECK(cause->remedy == "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
  }

  TEST_CASE("cause: a seccomp filter is named where nothing nearer forbids") {
    Facts facts = healthy_user();
    facts.identity.filtered = true;
    CHECK(contains(explain_user_ns(EPERM, facts).reason, "a seccomp filter"));
    facts.identity.chrooted = true;
    CHECK(contains(explain_user_ns(EPERM, facts).reason, "a chroot"));
  }

  TEST_CASE("cause: a kernel without a kind of namespace is told by EINVAL") {
    const Cause cause = explain(Step::time_ns, EINVAL, Who::self, healthy_machine());
    CHECK(cause.reason == "this kernel has no time namespaces");
    CHECK(contains(cause.remedy, "CONFIG_TIME_NS"));
  }

  TEST_CASE("cause: a bounding set without CAP_SYS_ADMIN is told apart from not holding it") {
    Facts facts = healthy_user();
    CHECK(contains(explain(Step::mount_ns, EPERM, Who::self, facts).reason, "is not held"));
    facts.identity.bounding = {CAP_CHOWN};
    CHECK(contains(explain(Step::mount_ns, EPERM, Who::self, facts).reason, "the bounding set"));
  }

  TEST_CASE("cause: root needs CAP_SETFCAP to map itself") {
    Facts facts = healthy_machine();
    facts.identity.effective = {CAP_SETUID};
    CHECK(contains(explain(Step::uid_map, EPERM, Who::self_rootless, facts).reason, "CAP_SETFCAP"));
  }

  TEST_CASE("cause: a masked /proc shows when a fresh one is mounted in a user namespace") {
    Facts facts = healthy_user();
    facts.rootless->set(Step::proc, EPERM);
    const auto cause = what_forbids(facts);
    REQUIRE(cause);
    CHECK(contains(cause->reason, "a fresh /proc can't be mounted in a user namespace"));
    CHECK(contains(cause->remedy, "systempaths=unconfined"));
  }

  TEST_CASE("cause: docker's AppArmor profile is named when it forbids mounts") {
    Facts facts = healthy_machine();
    facts.identity.apparmor = "docker-default (enforce)";
    const Cause cause = explain(Step::tmpfs, EACCES, Who::self, facts);
    CHECK(contains(cause.reason, "docker-default"));
    CHECK(contains(cause.remedy, "apparmor=unconfined"));
  }

  TEST_CASE("cause: without clone3 nothing starts however well the steps went") {
    Facts facts = healthy_machine();
    facts.clone3 = ENOSYS;
    const auto cause = what_forbids(facts);
    REQUIRE(cause);
    CHECK(contains(cause->reason, "clone3(2) fails here"));
    CHECK_FALSE(contains(cause->reason, ", and "));  // one cause is told once
  }

  TEST_CASE("cause: to root both ways are explained") {
    Facts facts = healthy_machine();
    facts.as_root->set(Step::mount_ns, EPERM);
    facts.identity.bounding = {};
    facts.rootless->set(Step::user_ns, ENOSPC);
    facts.sysctls["user.max_user_namespaces"] = 0;
    const auto cause = what_forbids(facts);
    REQUIRE(cause);
    CHECK(contains(cause->reason, "CAP_SYS_ADMIN is missing from the bounding set, and user"));
    CHECK(contains(cause->remedy, "; or sysctl -w"));
  }

  TEST_CASE("cause: one way that works is enough") {
    Facts facts = healthy_machine();
    facts.as_root->set(Step::mount_ns, EPERM);
    CHECK_FALSE(what_forbids(facts));
    facts.as_root->set(Step::mount_ns, 0);
    facts.rootless->set(Step::user_ns, EPERM);
    CHECK_FALSE(what_forbids(facts));
  }

  TEST_CASE("cause: time namespaces and overlay are no obstacle to a start") {
    Facts facts = healthy_user();
    for (const Step step : {Step::time_ns, Step::overlay, Step::nftables, Step::mknod}) {
      facts.rootless->set(step, EPERM);
    }
    CHECK_FALSE(what_forbids(facts));
  }

  TEST_CASE("cause: a step that was never reached forbids as one that failed") {
    Facts facts = healthy_user();
    facts.rootless->set(Step::proc, kNotTried);
    const auto cause = what_forbids(facts);
    REQUIRE(cause);
    CHECK(contains(cause->reason, "was not reached"));
  }
}
