#include "toolkit/course/doctor/diagnosis.hpp"

#include <linux/capability.h>

#include <cerrno>
#include <set>

#include "toolkit/course/doctor/fixture_test.hpp"
#include "toolkit/test/test.hpp"

using namespace toolkit::course;  // NOLINT: the names under test
using toolkit::CapSet;

namespace {

const Finding& find(const Diagnosis& diagnosis, const std::string& id) {
  for (const Finding& finding : diagnosis.findings) {
    if (finding.id == id) return finding;
  }
  FAIL("no finding ", id);
  return diagnosis.findings.front();
}

Finding found(const Facts& facts, const std::string& id) { return find(diagnose(facts), id); }

/// A machine that lacks whatever can be lacked.
Facts bare_machine() {
  Facts facts;
  facts.kernel = "4.19.0";
  facts.as_root = Trial();
  facts.as_root->set(Step::mount_ns, EPERM);
  facts.rootless = Trial();
  facts.rootless->set(Step::user_ns, EPERM);
  facts.identity.no_new_privs = true;
  facts.store = {.directory = "/", .type = "overlay"};
  facts.terminal = {.is_terminal = true, .columns = 40};
  return facts;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("diagnosis: a machine that lacks nothing has no lack") {
    for (const Facts& facts : {healthy_machine(), healthy_user()}) {
      for (const Finding& finding : diagnose(facts).findings) {
        CAPTURE(finding.id);
        CHECK(finding.state == State::good);
        CHECK(finding.consequence.empty());
        CHECK(finding.remedy.empty());
      }
    }
  }

  TEST_CASE("diagnosis: every lack has a consequence and a remedy and somebody who needs it") {
    for (const std::uint32_t uid : {0U, 1000U}) {
      Facts facts = bare_machine();
      facts.identity.uid = uid;
      for (const Finding& finding : diagnose(facts).findings) {
        CAPTURE(finding.id);
        CHECK_FALSE(finding.needed_by.empty());
        if (finding.state == State::good) continue;
        CHECK_FALSE(finding.consequence.empty());
        CHECK_FALSE(finding.remedy.empty());
      }
    }
  }

  TEST_CASE("diagnosis: no two findings share an id") {
    std::set<std::string> ids;
    for (const Finding& finding : diagnose(healthy_machine()).findings) {
      CAPTURE(finding.id);
      CHECK(ids.insert(finding.id).second);
    }
  }

  TEST_CASE("diagnosis: the sentence tells both ways to start and that nothing is missing") {
    CHECK(diagnose(healthy_machine()).sentence ==
          "Containers can be started here, as root and rootless, and nothing is missing.");
    CHECK(diagnose(healthy_user()).sentence ==
          "Containers can be started here, rootless, and nothing is missing.");
  }

  TEST_CASE("diagnosis: the sentence counts the lacks and names whom they concern") {
    Facts facts = healthy_machine();
    facts.fuse = Device::absent;
    CHECK(diagnose(facts).sentence ==
          "Containers can be started here, as root and rootless; 1 lack concerns lab 25.");
    facts.tools.erase("strace");
    facts.pressure = false;
    CHECK(diagnose(facts).sentence ==
          "Containers can be started here, as root and rootless; 3 lacks concern labs 12, 25 and "
          "26; also the guides.");
  }

  TEST_CASE("diagnosis: where no container starts the sentence says so and why") {
    Facts facts = healthy_user();
    facts.rootless = Trial();
    facts.rootless->set(Step::user_ns, ENOSPC);
    facts.sysctls["user.max_user_namespaces"] = 0;
    const Diagnosis diagnosis = diagnose(facts);
    CHECK(diagnosis.sentence ==
          "No container can be started here: user namespaces are off: "
          "/proc/sys/user/max_user_namespaces is 0.");
    CHECK_FALSE(diagnosis.rootless);
    CHECK_FALSE(diagnosis.as_root);
  }

  TEST_CASE("diagnosis: a kernel is judged by its version as a number") {
    Facts facts = healthy_machine();
    const auto state = [&](const char* release) {
      facts.kernel = release;
      return found(facts, "kernel").state;
    };
    CHECK(state("5.4.0-150-generic") == State::missing);
    CHECK(state("5.10.0-28-amd64") == State::limited);
    CHECK(state("5.14.0") == State::good);
    CHECK(state("6.1.0-18-amd64") == State::good);
  }

  TEST_CASE("diagnosis: a namespace that works one way only is told and no lack") {
    Facts facts = healthy_machine();
    facts.rootless->set(Step::uts_ns, EPERM);
    CHECK(found(facts, "namespace-uts").found == "as root only");
    CHECK(found(healthy_user(), "namespace-uts").found == "in a user namespace");
    CHECK(found(healthy_user(), "namespace-uts").state == State::good);
  }

  TEST_CASE("diagnosis: what an ordinary user is refused is found out for root too") {
    Facts facts = healthy_machine();
    facts.sysctls["kernel.apparmor_restrict_unprivileged_userns"] = 1;
    facts.other_user->set(Step::uid_map, EPERM);
    const Finding finding = found(facts, "ordinary-users");
    CHECK(finding.state == State::missing);
    CHECK(finding.found == "fails at: id map");
    CHECK(finding.remedy == "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
    CHECK_FALSE(diagnose(facts).forbidden);
  }

  TEST_CASE("diagnosis: without ranges the command that lends them is given") {
    Facts facts = healthy_user();
    facts.identity.subuids.clear();
    facts.id_ranges.reset();
    const Finding finding = found(facts, "id-ranges");
    CHECK(finding.state == State::limited);
    CHECK(finding.found == "none for ada");
    CHECK(finding.remedy ==
          "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ada");
  }

  TEST_CASE("diagnosis: ranges without newuidmap are of no use") {
    Facts facts = healthy_user();
    facts.id_ranges.reset();
    facts.tools.erase("newuidmap");
    CHECK(found(facts, "id-ranges").found == "65536 for ada, no newuidmap");
    CHECK(found(facts, "id-ranges").remedy == "sudo apt-get install uidmap");
    facts.has_dnf = true;
    CHECK(found(facts, "id-ranges").remedy == "sudo dnf install shadow-utils");
  }

  TEST_CASE("diagnosis: ranges that newuidmap refuses are a lack whatever the files say") {
    Facts facts = healthy_user();
    facts.id_ranges = EPERM;
    facts.identity.no_new_privs = true;
    CHECK(found(facts, "id-ranges").state == State::limited);
    CHECK(found(facts, "id-ranges").found == "65536 for ada, newuidmap fails");
  }

  TEST_CASE("diagnosis: a controller that stays above our group needs delegation") {
    Facts facts = healthy_user();
    facts.cgroup.v2.erase("cpu");
    const Finding finding = found(facts, "cgroup-cpu");
    CHECK(finding.state == State::missing);
    CHECK(finding.found == "not in our group");
    CHECK(finding.consequence == "Lab 12 is skipped.");
    CHECK(finding.remedy.find("Delegate=cpu") != std::string::npos);
  }

  TEST_CASE("diagnosis: a v1 controller that nobody mounted comes with the mount command") {
    Facts facts = healthy_machine();
    facts.cgroup = {.layout = CgroupLayout::v1, .v1 = {"cpu"}, .unmounted = {"pids"}};
    CHECK(found(facts, "cgroup-cpu").found == "v1");
    CHECK(found(facts, "cgroup-pids").remedy ==
          "sh -c 'mkdir -p /sys/fs/cgroup/pids && mount -t cgroup -o pids cgroup "
          "/sys/fs/cgroup/pids'");
  }

  TEST_CASE("diagnosis: devices and freezer need no controller on v2") {
    CHECK(found(healthy_machine(), "cgroup-devices").found == "v2");
    CHECK(found(healthy_machine(), "cgroup-freezer").state == State::good);
  }

  TEST_CASE("diagnosis: without cgroups the controllers are not told one by one") {
    Facts facts = healthy_machine();
    facts.cgroup = {};
    const Diagnosis diagnosis = diagnose(facts);
    CHECK(find(diagnosis, "cgroup-layout").remedy == "mount -t cgroup2 cgroup2 /sys/fs/cgroup");
    for (const Finding& finding : diagnosis.findings) CHECK(finding.id != "cgroup-cpu");
  }

  TEST_CASE("diagnosis: an overlay that is refused costs copies") {
    Facts facts = healthy_machine();
    facts.store.type = "overlay";
    facts.rootless->set(Step::overlay, EINVAL);
    const Finding finding = found(facts, "overlay-rootless");
    CHECK(finding.state == State::limited);
    CHECK(finding.consequence.find("copies its image into memory") != std::string::npos);
    CHECK(finding.consequence.find("lab 20") == std::string::npos);
    facts.as_root->set(Step::overlay, ENODEV);
    CHECK(found(facts, "overlay").remedy == "modprobe overlay");
    CHECK(found(facts, "overlay").consequence.find("lab 20") != std::string::npos);
  }

  TEST_CASE("diagnosis: overlay on overlay takes no writable layer") {
    Facts facts = healthy_machine();
    facts.store = {.directory = "/", .type = "overlay"};
    const Finding finding = found(facts, "store");
    CHECK(finding.state == State::limited);
    CHECK(finding.remedy == "mkdir -p /var/lib/cooper && mount -t tmpfs tmpfs /var/lib/cooper");
    facts.store.type = "fuse.sshfs";
    CHECK(found(facts, "store").state == State::limited);
    facts.store.type = "btrfs";
    CHECK(found(facts, "store").state == State::good);
  }

  TEST_CASE("diagnosis: the capabilities that the bounding set lacks are named with their use") {
    Facts facts = healthy_machine();
    facts.identity.bounding =
        CapSet(facts.identity.bounding.bits() & ~(std::uint64_t{1} << CAP_SYS_RESOURCE));
    const Finding finding = found(facts, "capabilities");
    CHECK(finding.found == "lacks CAP_SYS_RESOURCE");
    CHECK(finding.consequence.find("rlimits") != std::string::npos);
    CHECK(finding.remedy.find("--cap-add SYS_RESOURCE") != std::string::npos);
  }

  TEST_CASE("diagnosis: a capability that this kernel does not know is not missing") {
    Facts facts = healthy_machine();
    facts.identity.last_cap = 37;
    facts.identity.bounding = CapSet((std::uint64_t{1} << 38U) - 1);
    CHECK(found(facts, "capabilities").state == State::good);
  }

  TEST_CASE("diagnosis: device nodes that only root can make are no lack to a user") {
    CHECK(found(healthy_user(), "device-nodes").state == State::good);
    Facts facts = healthy_machine();
    facts.as_root->set(Step::mknod, EPERM);
    CHECK(found(facts, "device-nodes").state == State::limited);
  }

  TEST_CASE("diagnosis: the kernel's nf_tables and the program nft are told apart") {
    Facts facts = healthy_machine();
    facts.tools.erase("nft");
    CHECK(found(facts, "nftables").found == "in the kernel, no program nft");
    CHECK(found(facts, "nftables").state == State::limited);
    facts.as_root->set(Step::nftables, EOPNOTSUPP);
    facts.rootless->set(Step::nftables, EOPNOTSUPP);
    CHECK(found(facts, "nftables").state == State::missing);
    CHECK(found(facts, "nftables").remedy == "modprobe nf_tables");
  }

  TEST_CASE("diagnosis: a /dev/fuse that is closed to us is not one that is absent") {
    Facts facts = healthy_machine();
    facts.fuse = Device::closed;
    CHECK(found(facts, "fuse").found == "/dev/fuse can't be opened");
    CHECK(found(facts, "fuse").state == State::missing);
  }

  TEST_CASE("diagnosis: a terminal is too narrow below 80 columns") {
    Facts facts = healthy_machine();
    facts.terminal.columns = 79;
    CHECK(found(facts, "terminal").state == State::limited);
    facts.terminal = {};
    CHECK(found(facts, "terminal").state == State::good);
  }

  TEST_CASE("diagnosis: missing programs come with their packages named once") {
    Facts facts = healthy_machine();
    facts.tools.erase("lsns");
    facts.tools.erase("unshare");
    facts.tools.erase("ip");
    CHECK(found(facts, "programs").found == "no ip, unshare, lsns");
    CHECK(found(facts, "programs").remedy == "apt-get install iproute2 util-linux");
  }
}
