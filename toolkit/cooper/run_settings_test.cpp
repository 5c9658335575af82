#include <filesystem>
#include <fstream>

#include "toolkit/cooper/test_yard.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/test/child.hpp"

// --sysctl and --tz, seen from outside; what is the machine's stays as it was.
using namespace toolkit;
using namespace toolkit::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* kSettings[] = {"net/ipv4/ip_forward", "kernel/domainname", "kernel/shmmax",
                                     "fs/mqueue/msg_max"};

/// What this process's namespaces have.
std::string settings_here() {
  std::string all;
  for (const char* name : kSettings) all += read_file("/proc/sys/" + std::string(name));
  return all;
}

void sysctls(Yard& yard) {
  const std::string before = settings_here();
  const Outcome outcome =
      yard.box({"--sysctl", "net.ipv4.ip_forward=1", "--sysctl", "kernel.domainname=staves",
                "--sysctl", "kernel/shmmax=77777", "--sysctl", "fs.mqueue.msg_max=33"},
               {"sh", "-c",
                "cd /proc/sys; cat net/ipv4/ip_forward kernel/domainname kernel/shmmax "
                "fs/mqueue/msg_max; echo 0 > net/ipv4/ip_forward"});
  CHECK(outcome.out == "1\nstaves\n77777\n33\n");
  CHECK(outcome.err.find("Read-only file system") != std::string::npos);
  CHECK(settings_here() == before);
}

void refused_sysctls(Yard& yard) {
  const auto refused = [&](const std::string& text, const std::string& words) {
    CAPTURE(text);
    check_one_line(yard.box({"--sysctl", text}, {"true"}), 125, words);
  };
  refused("kernel.core_pattern=x", "the whole machine's");
  refused("vm.swappiness=1", "the whole machine's");
  refused("kernel.hostname=x", "--hostname");
  refused("net/../kernel/core_pattern=x", "no name");
  refused("net.ipv4.ip_forward", "NAME=VALUE");
  refused("net.nosuch=1", "sysctl 'net.nosuch': No such file");
  refused("net.ipv4.ip_forward=many", "sysctl 'net.ipv4.ip_forward': Invalid argument");
}

/// A root whose /proc leads to what must not be written.
void hostile_proc(Yard& yard) {
  const std::string root = yard.copy_of_root("hostile");
  const std::string canary = yard.own_file("canary", "0\n");
  fs::remove(root + "/proc");
  fs::create_directories(root + "/proc/sys/net/ipv4");
  fs::create_symlink(canary, root + "/proc/sys/net/ipv4/ip_forward");
  const Outcome outcome = run(yard.words({"--sysctl", "net.ipv4.ip_forward=1", "--rootfs",
                                          root + ":O", "cat", "/proc/sys/net/ipv4/ip_forward"}));
  CHECK(outcome.out == "1\n");
  CHECK(read_file(canary) == "0\n");
}

/// A zone that no database has, five and a half hours east. See tzfile(5).
std::string zone_file() {
  using namespace std::string_literals;
  const std::string block = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4"s;
  const std::string type = "\0\0\x4d\x58\0\0STV\0"s;
  const std::string header = "TZif2"s + std::string(15, '\0') + block;
  return header + type + header + type + "\nSTV-5:30\n";
}

/// Zones of the test's own, in the place of the host's.
std::string make_zones(const Yard& yard) {
  const std::string zones = yard.own_directory("zones/Staves");
  yard.own_file("zones/Staves/Barrel", zone_file());
  yard.own_file("zones/Staves/Text", "no zone\n");
  return fs::path(zones).parent_path();
}

using Words = std::vector<std::string>;

/// `cooper run --tz ZONE OPTION… --rootfs ROOT busybox date`, where the host has these zones.
Outcome date_in(const Yard& yard, const std::string& zones, const std::string& zone,
                const Words& options, const std::string& root) {
  Words words = {"--tz", zone};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {"--rootfs", root, "busybox", "date", "+%Z %z"});
  Words all = {"env", "TZDIR=" + zones};
  const Words cooper = yard.words(words);
  all.insert(all.end(), cooper.begin(), cooper.end());
  return run(all);
}

void zones(Yard& yard) {
  const std::string zones = make_zones(yard);
  const std::string root = yard.copy_of_root("own-root") + ":O";
  const Outcome there = date_in(yard, zones, "Staves/Barrel", {}, root);
  CAPTURE(there.err);
  CHECK(there.out == "STV +0530\n");
  CHECK(date_in(yard, zones, "Staves/Barrel", {"-e", "TZ=AAA-1"}, root).out == "AAA +0100\n");
  const Outcome inside = run(
      yard.words({"--tz", "local", "--rootfs", root, "sh", "-c", "env; echo x > /etc/localtime"}));
  CHECK(inside.out.find("TZ=") == std::string::npos);
  CHECK(inside.err.find("Read-only file system") != std::string::npos);
  CHECK(read_file(zones + "/Staves/Barrel") == zone_file());
}

void zones_of_the_root(Yard& yard) {
  const std::string root = yard.copy_of_root("zoned");
  fs::create_directories(root + "/usr/share/zoneinfo/Staves");
  std::ofstream(root + "/usr/share/zoneinfo/Staves/Barrel", std::ios::binary) << zone_file();
  CHECK(date_in(yard, "/nosuch", "Staves/Barrel", {}, root + ":O").out == "STV +0530\n");
}

/// What the root has in the place of a zone leads elsewhere.
void hostile_localtime(Yard& yard) {
  const std::string zones = make_zones(yard);
  const std::string canary = yard.own_file("canary", "unchanged\n");
  for (const std::string& points_to :
       {canary, "../../../.." + canary, std::string("/srv/file"),
        std::string("/proc/1/root/srv/file"), std::string("/none")}) {
    CAPTURE(points_to);
    const std::string root = yard.copy_of_root("linked");
    fs::create_directories(root + "/srv");
    std::ofstream(root + "/srv/file") << "unchanged\n";
    fs::create_symlink(points_to, root + "/etc/localtime");
    const Outcome outcome = date_in(yard, zones, "Staves/Barrel", {}, root);
    CAPTURE(outcome.err);
    CHECK(outcome.out == "STV +0530\n");
    CHECK(fs::read_symlink(root + "/etc/localtime") == points_to);
    CHECK(read_file(root + "/srv/file") == "unchanged\n");
    CHECK(read_file(canary) == "unchanged\n");
    fs::remove_all(root);
  }
}

void refused_zones(Yard& yard) {
  const std::string zones = make_zones(yard);
  for (const std::string zone :
       {"Staves/None", "Staves", "Staves/Text", "../own/zones/Staves/Barrel", "/etc/localtime",
        "Staves//Barrel", "A\x1b[31m"}) {
    CAPTURE(zone);
    check_one_line(date_in(yard, zones, zone, {}, yard.rootfs() + ":O"), 125, "no such time zone");
  }
  if (yard.caller() == Caller::nobody && is_root()) {  // who owns nothing of the root
    check_one_line(date_in(yard, zones, "Staves/Barrel", {}, yard.rootfs() + ":O"), 125,
                   "the root lacks this file");
  }
  const std::string file = yard.own_file("file", zone_file());
  check_one_line(
      date_in(yard, zones, "Staves/Barrel", {"-v", file + ":/etc/localtime"}, yard.rootfs() + ":O"),
      125, "--tz and -v");
}

/// The host has another zone, and then none.
void local_zone(Yard& yard) {
  const std::string zones = make_zones(yard);
  in_child([&] {
    leave_machine();
    const std::string root = yard.copy_of_root("own-root") + ":O";
    toolkit::bind(zones + "/Staves/Barrel", "/etc/localtime");
    CHECK(date_in(yard, zones, "local", {}, root).out == "STV +0530\n");
    toolkit::bind(zones + "/Staves/Text", "/etc/localtime");
    check_one_line(date_in(yard, zones, "local", {}, root), 125, "no zone in /etc/localtime");
  });
}

}  // namespace

TEST_SUITE("tool") {
  AS_BOTH("sysctl: a namespace of the container's own has what was asked for", sysctls);
  AS_BOTH("sysctl: what is not the container's is refused", refused_sysctls);
  AS_BOTH("sysctl: a root's own /proc is not written", hostile_proc);
  AS_BOTH("tz: the zone is the one asked for", zones);
  AS_BOTH("tz: a zone that the host lacks is the root's", zones_of_the_root);
  AS_BOTH("tz: a link in the place of /etc/localtime leads nowhere", hostile_localtime);
  AS_BOTH("tz: what is no zone is refused", refused_zones);

  TEST_CASE("tz: local is the host's zone [root]") {
    SKIP_UNLESS(is_root(), "only root can give this machine another zone");
    SKIP_UNLESS(fs::exists("/etc/localtime"), "this machine has no /etc/localtime");
    on_yard(Caller::root, local_zone);
    on_yard(Caller::nobody, local_zone);
  }
}
