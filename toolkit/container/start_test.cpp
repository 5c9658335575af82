#include <linux/capability.h>

#include <stdexcept>

#include "toolkit/container/test_plan.hpp"
#include "toolkit/test/test.hpp"

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT

TEST_SUITE("unit") {
  TEST_CASE("start: rootful makes every namespace but the user's") {
    const Plan plan = plan_start(sample_request(), rootful_host());
    CHECK(plan.namespaces == (Ns::mount | Ns::pid | Ns::uts | Ns::ipc | Ns::net | Ns::cgroup));
    CHECK_FALSE(plan.id_maps);
    CHECK(plan.die_with_parent);
  }

  TEST_CASE("start: rootless makes a user namespace too and carries its id maps") {
    const Plan plan = plan_start(sample_request(), single_id_host());
    CHECK(has(plan.namespaces, Ns::user));
    REQUIRE(plan.id_maps);
    CHECK(plan.id_maps->uids == std::vector<IdMap>{{.inside = 0, .outside = 1000, .count = 1}});
  }

  TEST_CASE("start: an overlay has its lower upper and work directories and opens no device") {
    const auto calls = calls_of(plan_start(sample_request(), rootful_host()));
    CHECK(contains(calls,
                   "mount(\"overlay\", \"/run/cooper/mnt/root\", \"overlay\", MS_NODEV, "
                   "\"lowerdir=/image,upperdir=/run/cooper/mnt/upper,workdir=/run/cooper/mnt/"
                   "work\")"));
  }

  TEST_CASE("start: a rootless overlay keeps its marks in user attributes") {
    const auto calls = calls_of(plan_start(sample_request(), single_id_host()));
    const std::string& mount = calls.at(position(calls, "mount(\"overlay\""));
    CHECK(mount.ends_with("/work,userxattr\")"));
  }

  TEST_CASE("start: what separates an overlay's options is escaped in a path") {
    Request request = sample_request();
    request.root = "/a:b,c\\d";
    const auto calls = calls_of(plan_start(request, rootful_host()));
    const std::string& mount = calls.at(position(calls, "mount(\"overlay\""));
    CHECK(mount.find(R"(lowerdir=/a\\:b\\,c\\\\d,)") != mount.npos);
  }

  TEST_CASE("start: a root in place is bound and its devices are shut") {
    Request request = sample_request();
    request.root_kind = RootKind::in_place;
    const auto calls = calls_of(plan_start(request, rootful_host()));
    const std::size_t bound =
        position(calls, "mount(\"/image\", \"/run/cooper/mnt/root\", NULL, MS_BIND|MS_REC, NULL)");
    REQUIRE(bound + 1 < calls.size());
    CHECK(calls[bound + 1].starts_with(
        "mount_setattr(AT_FDCWD, \"/run/cooper/mnt/root\", AT_RECURSIVE, "
        "{attr_set=MOUNT_ATTR_NODEV,"));
    CHECK_FALSE(contains(calls, "mount(\"overlay\""));
  }

  TEST_CASE("start: a copied root is bound upon itself") {
    Request request = sample_request();
    request.root_kind = RootKind::copy;
    const auto calls = calls_of(plan_start(request, rootful_host()));
    const std::size_t copied =
        position(calls, "copy \"/image\" to \"/run/cooper/mnt/root\", file by file");
    REQUIRE(copied + 1 < calls.size());
    CHECK(calls[copied + 1] ==
          "mount(\"/run/cooper/mnt/root\", \"/run/cooper/mnt/root\", NULL, MS_BIND, NULL)");
  }

  TEST_CASE("start: nothing is mounted before the host is out of the mounts' reach") {
    const auto calls = calls_of(plan_start(sample_request(), rootful_host()));
    CHECK(calls.front() == "mount(NULL, \"/\", NULL, MS_REC|MS_PRIVATE, NULL)");
  }

  TEST_CASE("start: the host's tree is gone before a volume finds its place") {
    Request request = sample_request();
    request.volumes = {{.source = "/srv", .target = "/data"}};
    const auto calls = calls_of(plan_start(request, rootful_host()));
    const std::size_t held = position(calls, "open_tree(AT_FDCWD, \"/srv\"");
    const std::size_t pivoted = position(calls, "pivot_root(");
    const std::size_t let_go = position(calls, "umount2(\".\", MNT_DETACH)");
    const std::size_t placed = position(calls, "move_mount(</srv>");
    CHECK(held < pivoted);
    CHECK(pivoted < let_go);
    CHECK(let_go < placed);
    CHECK(placed < calls.size());
  }

  TEST_CASE("start: proc is mounted while the host's is still there") {
    const auto calls = calls_of(plan_start(sample_request(), single_id_host()));
    CHECK(position(calls, "mount(\"proc\"") < position(calls, "umount2(\".\", MNT_DETACH)"));
  }

  TEST_CASE("start: the masks lie before anything shared is in reach") {
    Request request = sample_request();
    request.volumes = {{.source = "/srv", .target = "/data"}};
    const auto calls = calls_of(plan_start(request, rootful_host()));
    const std::size_t masked =
        position(calls, "mount(\"/dev/null\", \"/run/cooper/mnt/proc/keys\"");
    CHECK(masked < position(calls, "move_mount(</srv>"));
  }

  TEST_CASE("start: terminals have group 5 where the id map has it") {
    const std::string option = ",gid=5\")";
    const auto devpts = [&](const Host& host) {
      const auto calls = calls_of(plan_start(sample_request(), host));
      return calls.at(position(calls, "mount(\"devpts\"")).ends_with(option);
    };
    CHECK(devpts(rootful_host()));
    CHECK(devpts(ranges_host()));
    CHECK_FALSE(devpts(single_id_host()));
  }

  TEST_CASE("start: a read-only root is shut after the last mount point was made in it") {
    Request request = sample_request();
    request.root_access = Access::read_only;
    request.working_directory = "/made/here";
    const auto calls = calls_of(plan_start(request, rootful_host()));
    const std::size_t shut = position(calls,
                                      "mount_setattr(AT_FDCWD, \"/\", 0, "
                                      "{attr_set=MOUNT_ATTR_RDONLY,");
    REQUIRE(shut < calls.size());
    CHECK(position(calls, "mkdir(\"/made/here\"") < shut);
    for (std::size_t i = shut + 1; i < calls.size(); ++i)
      CHECK_FALSE(calls[i].starts_with("mkdir"));
    CHECK_FALSE(contains(calls_of(plan_start(sample_request(), rootful_host())),
                         "mount_setattr(AT_FDCWD, \"/\""));
  }

  TEST_CASE("start: a working directory is made from the top and entered") {
    Request request = sample_request();
    request.working_directory = "/a/b";
    const auto calls = calls_of(plan_start(request, rootful_host()));
    const std::size_t top = position(calls, "mkdir(\"/a\", 0755)");
    CHECK(calls.at(top + 1) == "mkdir(\"/a/b\", 0755)");
    CHECK(top < position(calls, "chdir(\"/a/b\")"));
  }

  TEST_CASE("start: without -i the input is empty and with -t a terminal takes its place") {
    Request request = sample_request();
    CHECK(
        contains(calls_of(plan_start(request, rootful_host())), "openat(AT_FDCWD, \"/dev/null\""));
    request.input = Input::inherit;
    CHECK_FALSE(
        contains(calls_of(plan_start(request, rootful_host())), "openat(AT_FDCWD, \"/dev/null\""));
    request.input = Input::none;
    request.terminal = Terminal::own;
    const auto calls = calls_of(plan_start(request, rootful_host()));
    CHECK_FALSE(contains(calls, "openat(AT_FDCWD, \"/dev/null\""));
    CHECK(contains(calls, "openat(AT_FDCWD, \"/dev/ptmx\""));
    CHECK(contains(calls, "mknod(\"/run/cooper/mnt/dev/console\""));
  }

  TEST_CASE("start: every start has a session of its own") {
    Request request = sample_request();
    CHECK(contains(calls_of(plan_start(request, rootful_host())), "setsid()"));
    request.terminal = Terminal::own;
    CHECK(contains(calls_of(plan_start(request, rootful_host())), "setsid()"));
  }

  TEST_CASE("start: root keeps docker's capabilities and no others") {
    const Plan plan = plan_start(sample_request(), rootful_host());
    const auto calls = calls_of(plan);
    const std::string limit = "prctl(PR_CAPBSET_DROP, <each but CAP_CHOWN|CAP_DAC_OVERRIDE|";
    CHECK(contains(calls, limit));
    const std::string& set = calls.at(position(calls, "capset("));
    CHECK(set.find("1<<CAP_CHOWN|") != set.npos);
    CHECK(set.find("CAP_SYS_ADMIN") == set.npos);
    CHECK(calls.back() == "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)");
  }

  TEST_CASE("start: what the caller lacks is not given away") {
    Host host = rootful_host();
    host.capabilities = {CAP_CHOWN, CAP_SYS_ADMIN};
    const auto calls = calls_of(plan_start(sample_request(), host));
    CHECK(contains(calls, "prctl(PR_CAPBSET_DROP, <each but CAP_CHOWN>)"));
    CHECK(contains(calls,
                   "capset({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, "
                   "{effective=1<<CAP_CHOWN, permitted=1<<CAP_CHOWN, inheritable=0})"));
  }

  TEST_CASE("start: another user than root has no capability") {
    Request request = sample_request();
    request.user = {.uid = 7, .gid = 8, .groups = {9, 10}};
    const auto calls = calls_of(plan_start(request, rootful_host()));
    const std::size_t groups = position(calls, "setgroups(2, [9, 10])");
    REQUIRE(groups + 3 < calls.size());
    CHECK(calls[groups + 1] == "setresgid(8, 8, 8)");
    CHECK(calls[groups + 2] == "setresuid(7, 7, 7)");
    CHECK(calls[groups + 3] ==
          "capset({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, "
          "{effective=0, permitted=0, inheritable=0})");
  }

  TEST_CASE("start: groups are left alone where the kernel lets nobody change them") {
    CHECK(contains(calls_of(plan_start(sample_request(), rootful_host())), "setgroups(0, NULL)"));
    CHECK(contains(calls_of(plan_start(sample_request(), ranges_host())), "setgroups(0, NULL)"));
    CHECK_FALSE(contains(calls_of(plan_start(sample_request(), single_id_host())), "setgroups("));
  }

  TEST_CASE("start: a user or group that the id map lacks is refused with the way to ranges") {
    Request request = sample_request();
    request.user = {.uid = 7, .gid = 0};
    CHECK_THROWS_WITH_AS(plan_start(request, single_id_host()),
                         doctest::Contains("user 7: the container's user namespace has no such id"),
                         std::runtime_error);
    request.user = {.uid = 0, .gid = 8};
    CHECK_THROWS_WITH_AS(plan_start(request, single_id_host()), doctest::Contains("/etc/subuid"),
                         std::runtime_error);
    CHECK_NOTHROW(plan_start(request, ranges_host()));
    request.user = {.uid = 65537, .gid = 0};
    CHECK_THROWS_WITH_AS(plan_start(request, ranges_host()), doctest::Contains("user 65537"),
                         std::runtime_error);
    CHECK_NOTHROW(plan_start(request, rootful_host()));
  }

  TEST_CASE("start: every step says why in a sentence without a full stop") {
    Request request = sample_request();
    request.terminal = Terminal::own;
    for (const Step& step : plan_start(request, ranges_host()).steps) {
      CAPTURE(describe(step.call).front());
      CHECK_FALSE(step.why.empty());
      CHECK_FALSE(step.why.ends_with('.'));
    }
  }
}
