#include "toolkit/course/doctor/gather.hpp"

#include <linux/capability.h>
#include <sys/stat.h>

#include "toolkit/test/test.hpp"

using toolkit::course::CgroupLayout;
using toolkit::course::Device;
using toolkit::course::Facts;
using toolkit::course::gather;
using toolkit::test::TempDir;

namespace {

constexpr const char* kStore = "/var/lib/cooper";

Facts gather_from(const TempDir& root) { return gather(root.path(), kStore); }

// Recorded on a machine whose controllers are v1 but for hugetlb.
void record_hybrid(const TempDir& root) {
  root.file("proc/self/mountinfo",
            "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n"
            "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
            "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
            "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
            "39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids\n"
            "40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd\n"
            "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n");
  root.file("proc/self/cgroup", "9:name=systemd:/\n8:pids:/\n4:memory:/a/b\n1:cpu:/\n0::/\n");
  root.file("proc/cgroups",
            "#subsys_name\thierarchy\tnum_cgroups\tenabled\n"
            "cpu\t1\t1\t1\nmemory\t4\t20\t1\npids\t8\t1\t1\nnet_cls\t0\t1\t1\nblkio\t0\t1\t0\n");
  root.file("sys/fs/cgroup/unified/cgroup.controllers", "hugetlb\n");
  root.file("sys/fs/cgroup/memory/a/b/memory.memsw.limit_in_bytes", "1\n");
  root.file("sys/fs/cgroup/cpu/tasks", "");
  root.file("sys/fs/cgroup/pids/tasks", "");
}

// As in a session of an ordinary user under systemd.
void record_v2(const TempDir& root) {
  root.file("proc/self/mountinfo",
            "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro\n"
            "26 25 0:23 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 "
            "cgroup2 rw,nsdelegate,memory_recursiveprot\n");
  root.file("proc/self/cgroup", "0::/user.slice/user-1000.slice/user@1000.service/app.scope\n");
  const std::string own = "sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.scope/";
  root.file("sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory hugetlb pids rdma misc\n");
  root.file(own + "cgroup.controllers", "memory pids\n");
  root.file(own + "memory.swap.max", "max\n");
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("gather: a hybrid layout keeps apart which controllers are v1 and which v2") {
    const TempDir root;
    record_hybrid(root);
    const Facts facts = gather_from(root);
    CHECK(facts.cgroup.layout == CgroupLayout::hybrid);
    CHECK(facts.cgroup.v1 == std::set<std::string>{"cpu", "memory", "pids"});
    CHECK(facts.cgroup.v2 == std::set<std::string>{"hugetlb"});
  }

  TEST_CASE("gather: a controller that is enabled and in no hierarchy counts as unmounted") {
    const TempDir root;
    record_hybrid(root);
    CHECK(gather_from(root).cgroup.unmounted == std::set<std::string>{"net_cls"});
  }

  TEST_CASE("gather: the swap file is looked for in our own group of the memory hierarchy") {
    const TempDir root;
    record_hybrid(root);
    CHECK(gather_from(root).cgroup.swap);
    std::filesystem::remove(root.at("sys/fs/cgroup/memory/a/b/memory.memsw.limit_in_bytes"));
    CHECK_FALSE(gather_from(root).cgroup.swap);
  }

  TEST_CASE("gather: without its unified mount the hybrid layout is v1") {
    const TempDir root;
    record_hybrid(root);
    root.file("proc/self/mountinfo",
              "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu,cpuacct\n");
    const Facts facts = gather_from(root);
    CHECK(facts.cgroup.layout == CgroupLayout::v1);
    CHECK(facts.cgroup.v1 == std::set<std::string>{"cpu", "cpuacct"});
  }

  TEST_CASE("gather: on v2 what our own group can use is told apart from what the root has") {
    const TempDir root;
    record_v2(root);
    const Facts facts = gather_from(root);
    CHECK(facts.cgroup.layout == CgroupLayout::v2);
    CHECK(facts.cgroup.v2 == std::set<std::string>{"memory", "pids"});
    CHECK(facts.cgroup.v2_root.contains("cpuset"));
    CHECK(facts.cgroup.swap);
    CHECK(facts.cgroup.writable);
  }

  TEST_CASE("gather: a named v1 hierarchy beside v2 does not make it hybrid") {
    const TempDir root;
    record_v2(root);
    root.file("proc/self/mountinfo",
              "26 25 0:23 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
              "27 25 0:24 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n");
    CHECK(gather_from(root).cgroup.layout == CgroupLayout::v2);
  }

  TEST_CASE("gather: where a part of the hierarchy is mounted our group is looked for below it") {
    const TempDir root;
    root.file("proc/self/mountinfo", "26 25 0:23 /docker /sys/fs/cgroup ro - cgroup2 cgroup rw\n");
    root.file("proc/self/cgroup", "0::/docker/c1\n");
    root.file("sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n");
    root.file("sys/fs/cgroup/c1/cgroup.controllers", "cpu pids\n");
    CHECK(gather_from(root).cgroup.v2 == std::set<std::string>{"cpu", "pids"});
  }

  TEST_CASE("gather: where our own group can't be seen the top of the mount speaks for it") {
    const TempDir root;
    root.file("proc/self/mountinfo", "26 25 0:23 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n");
    root.file("proc/self/cgroup", "0::/../elsewhere\n");
    root.file("sys/fs/cgroup/cgroup.controllers", "cpu pids\n");
    root.file("sys/fs/elsewhere/cgroup.controllers", "io\n");
    CHECK(gather_from(root).cgroup.v2 == std::set<std::string>{"cpu", "pids"});
  }

  TEST_CASE("gather: without any cgroup mount the layout is none and nothing is writable") {
    const TempDir root;
    const Facts facts = gather_from(root);
    CHECK(facts.cgroup.layout == CgroupLayout::none);
    CHECK_FALSE(facts.cgroup.writable);
  }

  TEST_CASE("gather: who we are and what we may is read from status") {
    const TempDir root;
    root.file("proc/self/status",
              "Name:\tlab\nUid:\t1000\t1001\t1000\t1001\nCapEff:\t0000000000000000\n"
              "CapBnd:\t000001fffeffffff\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n");
    root.file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nada:x:1001:1001::/home/ada:/bin/sh\n");
    const auto us = gather_from(root).identity;
    CHECK(us.uid == 1001);
    CHECK(us.user == "ada");
    CHECK(us.no_new_privs);
    CHECK(us.filtered);
    CHECK(us.bounding.contains(CAP_SYS_ADMIN));
    CHECK_FALSE(us.bounding.contains(CAP_SYS_RESOURCE));
    CHECK_FALSE(us.effective.contains(CAP_SYS_ADMIN));
  }

  TEST_CASE("gather: the ranges lent by name and by number are both ours") {
    const TempDir root;
    root.file("proc/self/status", "Uid:\t1000\t1000\t1000\t1000\n");
    root.file("etc/passwd", "ada:x:1000:1000::/home/ada:/bin/sh\n");
    root.file("etc/subuid", "bob:100000:65536\nada:165536:65536\n1000:300000:10\n");
    const auto us = gather_from(root).identity;
    REQUIRE(us.subuids.size() == 2);
    CHECK(us.subuids[0].outside == 165536);
    CHECK(us.subuids[1].count == 10);
    CHECK(us.subgids.empty());
  }

  TEST_CASE("gather: only the map of all ids to themselves is the initial user namespace") {
    const TempDir root;
    root.file("proc/self/uid_map", "         0          0 4294967295\n");
    CHECK(gather_from(root).identity.initial_user_ns);
    root.file("proc/self/uid_map", "         0          0          1\n");
    CHECK_FALSE(gather_from(root).identity.initial_user_ns);
    root.file("proc/self/uid_map", "         0       1000          1\n");
    CHECK_FALSE(gather_from(root).identity.initial_user_ns);
  }

  TEST_CASE("gather: a mount table without a root tells of a chroot") {
    const TempDir root;
    root.file("proc/self/mountinfo", "27 1 254:0 / / rw - ext4 /dev/vda rw\n");
    CHECK_FALSE(gather_from(root).identity.chrooted);
    root.file("proc/self/mountinfo", "28 27 0:22 / /proc rw - proc proc rw\n");
    CHECK(gather_from(root).identity.chrooted);
  }

  TEST_CASE("gather: Ubuntu's AppArmor setting and our profile are read") {
    const TempDir root;
    root.file("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
    root.file("sys/module/apparmor/parameters/enabled", "Y\n");
    root.file("proc/self/attr/current", "docker-default (enforce)\n");
    const Facts facts = gather_from(root);
    CHECK(facts.sysctls.at("kernel.apparmor_restrict_unprivileged_userns") == 1);
    CHECK(facts.identity.apparmor == "docker-default (enforce)");
  }

  TEST_CASE("gather: a sysctl that this kernel lacks has no entry") {
    const TempDir root;
    root.file("proc/sys/user/max_user_namespaces", "0\n");
    const Facts facts = gather_from(root);
    CHECK(facts.sysctls.at("user.max_user_namespaces") == 0);
    CHECK(facts.sysctls.count("kernel.unprivileged_userns_clone") == 0);
  }

  TEST_CASE("gather: the images' directory is the nearest that exists and the mount it lies on") {
    const TempDir root;
    root.file("var/lib/x", "");
    root.file("proc/self/mountinfo",
              "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:5 / /var rw - overlay overlay rw\n"
              "3 1 0:6 / /var/li rw - tmpfs tmpfs rw\n");
    const Facts facts = gather_from(root);
    CHECK(facts.store.directory == "/var/lib");
    CHECK(facts.store.type == "overlay");
    CHECK_FALSE(facts.store.on_disk);
  }

  TEST_CASE("gather: programs are found in the directories of both kinds") {
    const TempDir root;
    root.file("usr/sbin/nft", "");
    root.file("usr/bin/strace", "");
    ::chmod(root.at("usr/sbin/nft").c_str(), 0755);
    const Facts facts = gather_from(root);
    CHECK(facts.tools.at("nft") == "/usr/sbin/nft");
    CHECK(facts.tools.count("strace") == 0);  // not executable
  }

  TEST_CASE("gather: newuidmap and newgidmap must both be setuid") {
    const TempDir root;
    for (const char* tool : {"usr/bin/newuidmap", "usr/bin/newgidmap"}) {
      root.file(tool, "");
      ::chmod(root.at(tool).c_str(), 04755);
    }
    CHECK(gather_from(root).idmap_tools_privileged);
    ::chmod(root.at("usr/bin/newgidmap").c_str(), 0755);
    CHECK_FALSE(gather_from(root).idmap_tools_privileged);
  }

  TEST_CASE("gather: an empty root is a machine that lacks everything and no error") {
    const TempDir root;
    const Facts facts = gather_from(root);
    CHECK(facts.kernel == "unknown");
    CHECK(facts.fuse == Device::absent);
    CHECK_FALSE(facts.pressure);
    CHECK(facts.tools.empty());
  }
}
