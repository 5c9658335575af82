// Plans of containers that share namespaces, or in which the caller is nobody.
#include "toolkit/container/test_plan.hpp"
#include "toolkit/test/test.hpp"

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT

namespace {

constexpr const char* kNewProc = "mount(\"proc\"";
constexpr const char* kNewSys = "mount(\"sysfs\"";

Request sharing(Ns host) {
  Request request = sample_request();
  request.sharing.host = host;
  return request;
}

/// As with `--uidmap 0:100000:65536`, for a caller who is root.
Host shifted_host() {
  Host host = rootful_host();
  host.users = Users::own;
  host.id_maps = IdMaps{.uids = {{.outside = 100000, .count = 65536}},
                        .gids = {{.outside = 100000, .count = 65536}},
                        .setgroups = IdMaps::Setgroups::allow};
  host.builder = Builder::root;
  return host;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("start: what is shared is not made, and not changed") {
    const Plan plan = plan_start(sharing(Ns::uts | Ns::net | Ns::pid | Ns::ipc), rootful_host());
    CHECK(plan.namespaces == (Ns::mount | Ns::cgroup));
    const auto calls = calls_of(plan);
    CHECK_FALSE(contains(calls, "sethostname("));
    CHECK_FALSE(contains(calls, "ioctl(<socket>"));
    CHECK(contains(calls, kNewProc));
    CHECK(contains(calls, kNewSys));
    CHECK(contains(calls, "mount(\"mqueue\""));
  }

  TEST_CASE(
      "start: in a user namespace the host's proc and sys are shown for those it can't make") {
    const auto calls = calls_of(plan_start(sharing(Ns::net | Ns::pid | Ns::ipc), single_id_host()));
    CHECK_FALSE(contains(calls, kNewProc));
    CHECK_FALSE(contains(calls, kNewSys));
    CHECK_FALSE(contains(calls, "mount(\"mqueue\""));
    const std::size_t sys = position(calls, "mount(\"/sys\"");
    CHECK(calls.at(sys + 1).find("AT_RECURSIVE, {attr_set=MOUNT_ATTR_RDONLY") != std::string::npos);
    CHECK(sys < position(calls, "mount(\"tmpfs\", \"/run/cooper/mnt/sys/fs\""));
    // What the host has mounted below is as read-only as what it is mounted on.
    const std::size_t shut = position(calls, "mount(\"/run/cooper/mnt/proc/sys\"");
    CHECK(calls.at(shut + 1).find("AT_RECURSIVE, {attr_set=MOUNT_ATTR_RDONLY") !=
          std::string::npos);
  }

  TEST_CASE("start: who sees the host's processes is closed before anything else") {
    const Plan shared = plan_start(sharing(Ns::pid), single_id_host());
    CHECK(shared.processes == Processes::shared);
    CHECK(calls_of(shared).front().starts_with("prctl(PR_SET_DUMPABLE"));
    const Plan own = plan_start(sample_request(), single_id_host());
    CHECK(own.processes == Processes::own);
    CHECK_FALSE(contains(calls_of(own), "prctl(PR_SET_DUMPABLE"));
    const std::string text = print_plan(shared);
    CHECK(text.find("prctl(PR_SET_CHILD_SUBREAPER, 1)") != std::string::npos);
    CHECK(print_plan(own).find("PR_SET_CHILD_SUBREAPER") == std::string::npos);
  }

  TEST_CASE("start: the hop adopts orphans where it is no PID 1") {
    Request request = sharing(Ns::pid);
    CHECK_FALSE(contains(calls_of(plan_start(request, rootful_host())), "prctl(PR_SET_CHILD_SUB"));
    request.command.init = InitProcess::hop;
    CHECK(contains(calls_of(plan_start(request, rootful_host())), "prctl(PR_SET_CHILD_SUBREAPER"));
    request.sharing = {};
    CHECK_FALSE(contains(calls_of(plan_start(request, rootful_host())), "prctl(PR_SET_CHILD_SUB"));
  }

  TEST_CASE("start: what is joined is joined in its order by a process in between") {
    Request request = sample_request();
    request.sharing.joins = {{Ns::user, "/u"}, {Ns::pid, "/p"}};
    Host host = shifted_host();
    host.users = Users::joined;
    const Plan plan = plan_start(request, host);
    CHECK_FALSE(has(plan.namespaces, Ns::pid));
    CHECK_FALSE(has(plan.namespaces, Ns::user));
    CHECK_FALSE(plan.id_maps);
    CHECK(plan.processes == Processes::own);
    const std::string text = print_plan(plan);
    const std::size_t closed = text.find("prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)");
    const std::size_t users = text.find("setns(</u>, CLONE_NEWUSER)");
    const std::size_t processes = text.find("setns(</p>, CLONE_NEWPID)");
    const std::size_t child = text.find("clone3({flags=CLONE_PIDFD|CLONE_PARENT|CLONE_NEWNS|");
    CHECK(closed < users);
    CHECK(users < processes);
    CHECK(processes < child);
    CHECK(child < text.size());
  }

  TEST_CASE("start: shared memory is the host's, or none") {
    Request request = sharing(Ns::ipc);
    request.sharing.shm = Shm::host;
    const auto calls = calls_of(plan_start(request, rootful_host()));
    const std::size_t bound = position(calls, "mount(\"/dev/shm\", \"/run/cooper/mnt/dev/shm\"");
    CHECK(calls.at(bound + 1).find("MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC") !=
          std::string::npos);
    request.sharing = {.shm = Shm::none};
    CHECK_FALSE(contains(calls_of(plan_start(request, rootful_host())),
                         "mkdir(\"/run/cooper/mnt/dev/shm\""));
  }

  TEST_CASE("start: where the caller is nobody, root puts the container together") {
    Request request = sample_request();
    request.volumes = {{.source = "/srv", .target = "/data"}};
    const auto calls = calls_of(plan_start(request, shifted_host()));
    CHECK(contains(calls,
                   "mount(\"tmpfs\", \"/run/cooper/mnt\", \"tmpfs\", MS_NOSUID|MS_NODEV, "
                   "\"mode=0755,uid=0,gid=0\")"));
    const std::size_t root = position(calls, "open_tree(AT_FDCWD, \"/image\"");
    const std::size_t volume = position(calls, "open_tree(AT_FDCWD, \"/srv\"");
    const std::size_t entered = position(calls, "chdir(\"/run/cooper/mnt\")");
    CHECK(root < volume);
    CHECK(volume < entered);  // while the caller's own rights lead there
    CHECK(calls.at(entered + 1) == "setgroups(0, NULL)");
    CHECK(calls.at(entered + 2) == "setresgid(0, 0, 0)");
    CHECK(calls.at(entered + 3) == "setresuid(0, 0, 0)");
    CHECK(calls.at(entered + 4) == "mkdir(\"./lower\", 0755)");
    CHECK(calls.at(entered + 5).starts_with("move_mount(</image>, \"\", AT_FDCWD, \"./lower\""));
    for (std::size_t i = entered + 1; i < calls.size(); ++i) {
      CHECK(calls[i].find("/run/cooper") == std::string::npos);
    }
  }

  TEST_CASE("start: a root whose owners are mapped comes from the parent") {
    Request request = sample_request();
    request.root_owners = RootOwners::mapped;
    const Plan plan = plan_start(request, shifted_host());
    CHECK(plan.mapped_root == "/image");
    const auto calls = calls_of(plan);
    CHECK(contains(calls, "recvmsg(<parent>, </image>)"));
    CHECK_FALSE(contains(calls, "open_tree(AT_FDCWD, \"/image\""));
    CHECK(calls.at(position(calls, "mount(\"overlay\"")).find("lowerdir=./lower,") !=
          std::string::npos);
    const std::string text = print_plan(plan);
    CHECK(text.find("{attr_set=MOUNT_ATTR_IDMAP") < text.find("read(<mapped>"));
  }
}
