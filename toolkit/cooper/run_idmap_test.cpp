// The ids of a container: --userns, --uidmap and --gidmap.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "toolkit/cooper/test_yard.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/child.hpp"

using namespace toolkit;
using namespace toolkit::test;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

/// A map file of a process with single blanks: "0 100000 10, 10 0 1".
std::string map_of(pid_t pid, const std::string& name) {
  std::string map;
  const std::string text = read_file("/proc/" + std::to_string(pid) + '/' + name);
  for (const std::string_view line : lines(text)) {
    map += map.empty() ? "" : ", ";
    for (const std::string_view word : words(line)) map.append(word).append(" ");
    map.pop_back();
  }
  return map;
}

std::string owner(const std::string& path) {
  struct stat file {};
  check(::lstat(path.c_str(), &file), "lstat", path);
  return std::to_string(file.st_uid) + ':' + std::to_string(file.st_gid);
}

/// Fails nothing, but tells whether this filesystem can show a root with other owners.
bool has_idmapped_mounts(const Yard& yard) {
  const Outcome tried = yard.box({"--uidmap", "0:100000:65536"}, {"true"});
  return tried.err.find("no idmapped mounts") == std::string::npos;
}

#define NEEDS_IDMAPPED_MOUNTS(yard) \
  SKIP_UNLESS(has_idmapped_mounts(yard), "no idmapped mounts of this filesystem")

void maps_from_outside(Yard& yard) {
  NEEDS_IDMAPPED_MOUNTS(yard);
  const Live live(yard, {"--uidmap", "0:100000:1000", "--uidmap", "1000:50:1", "--gidmap",
                         "0:200000:2000", "-u", "7:8"});
  CHECK(map_of(live.pid(), "uid_map") == "0 100000 1000, 1000 50 1");
  CHECK(map_of(live.pid(), "gid_map") == "0 200000 2000");
  CHECK(namespace_id(live.pid(), Ns::user) != namespace_id(::getpid(), Ns::user));
  CHECK(status_of(live.pid(), "Uid") == "100007\t100007\t100007\t100007");
  CHECK(status_of(live.pid(), "Gid") == "200008\t200008\t200008\t200008");
  CHECK(status_of(live.pid(), "Groups").empty());
  CHECK(status_of(live.pid(), "CapEff") == "0000000000000000");
}

/// The image's files are inside whose they are on the disk, and nobody's power reaches the disk's root.
void owners_of_the_root(Yard& yard) {
  NEEDS_IDMAPPED_MOUNTS(yard);
  check(::chown((yard.rootfs() + "/etc/group").c_str(), 1000, 10), "chown");
  const Words options = {"--uidmap", "0:100000:65536"};
  CHECK(yard.box(options, {"stat", "-c", "%u:%g", "/", "/etc/group", "/bin/busybox"}).out ==
        "0:0\n1000:10\n0:0\n");
  CHECK(yard.box(options, {"sh", "-c", "touch /new; chown 5:6 /new; stat -c %u:%g /new"}).out ==
        "5:6\n");
  CHECK_FALSE(fs::exists(yard.rootfs() + "/new"));
  const std::string secret = yard.own_file("secret", "of the host's root");
  check(::chmod(secret.c_str(), 0600), "chmod");
  const Outcome read = yard.box({"--uidmap", "0:100000:65536", "-v", secret + ":/secret"},
                                {"sh", "-c", "stat -c %u:%g /secret; cat /secret"});
  CHECK(read.out == "65534:65534\n");
  CHECK(read.status == 1);
}

void a_root_in_place(Yard& yard) {
  NEEDS_IDMAPPED_MOUNTS(yard);
  const std::string root = yard.copy_of_root("place");
  Words start = {"--uidmap", "0:100000:65536", "--rootfs", root};
  start.insert(start.end(), {"sh", "-c", "echo x > /new; chown 3:4 /new; stat -c %u:%g /new"});
  CHECK(run(yard.words(start)).out == "3:4\n");
  CHECK(owner(root + "/new") == "3:4");
  // A tree that was given to the outer ids is inside as it stands.
  const std::string shifted = yard.copy_of_root("shifted");
  for (const auto& entry : fs::recursive_directory_iterator(shifted)) {
    check(::lchown(entry.path().c_str(), 100000, 100000), "lchown");
  }
  check(::lchown(shifted.c_str(), 100000, 100000), "lchown");
  start = {"--uidmap", "0:100000:65536", "--rootfs", shifted};
  start.insert(start.end(), {"sh", "-c", "stat -c %u:%g /bin; echo x > /new"});
  CHECK(run(yard.words(start)).out == "0:0\n");
  CHECK(owner(shifted + "/new") == "100000:100000");
}

/// Overlay has no idmapped mounts.
void a_root_that_can_not_be_mapped(Yard& yard) {
  const std::string merged = yard.own_directory("merged");
  in_child([&] {
    unshare(Ns::mount);
    set_propagation("/", Propagation::private_);
    toolkit::mount("overlay", merged, "overlay", 0, "lowerdir=" + yard.rootfs() + ":" + merged);
    check_one_line(run(yard.words({"--uidmap", "0:100000:10", "--rootfs", merged, "true"})), 125,
                   "no idmapped mounts");
    CHECK(run(yard.words({"--uidmap", "0:0:10", "--rootfs", merged + ":O", "true"})).status == 0);
  });
}

/// On the way to a volume, to the root and to the state lie places for the caller alone.
void closed_places(Yard& yard) {
  NEEDS_IDMAPPED_MOUNTS(yard);
  const std::string closed = yard.own_directory("closed");
  yard.own_file("closed/file", "seen");
  check(::chmod((closed + "/file").c_str(), 0644), "chmod");
  check(::chmod(closed.c_str(), 0700), "chmod");
  CHECK(yard.box({"--uidmap", "0:100000:10", "-v", closed + "/file:/file", "--pid", "host",
                  "--network", "host", "--ipc", "host"},
                 {"cat", "/file"})
            .out == "seen");
}

void everything_else_stays(Yard& yard) {
  NEEDS_IDMAPPED_MOUNTS(yard);
  const Live live(yard, {"--uidmap", "0:100000:10"});
  CHECK(status_of(live.pid(), "CapEff") == "00000000a80425fb");
  CHECK(status_of(live.pid(), "NoNewPrivs") == "1");
  const std::string proc = "/proc/" + std::to_string(live.pid());
  CHECK(entries(proc + "/fd") == std::set<std::string>{"0", "1", "2"});
  for (const MountInfo& mount : parse_mounts(read_file(proc + "/mountinfo"))) {
    CAPTURE(mount.target);
    CHECK(mount.propagation.empty());
    if (mount.target == "/") CHECK(mount.options.find("nodev") != std::string::npos);
  }
  CHECK(yard.box({"--uidmap", "0:100000:10", "-t"}, {"tty"}).out == "/dev/pts/0\r\n");
  CHECK(yard.box({"--uidmap", "0:100000:10", "--init"}, {"sh", "-c", "exit 3"}).status == 3);
  CHECK(yard.box({"--uidmap", "0:100000:10", "--read-only"}, {"touch", "/x"}).status == 1);
}

void wrong_maps(Yard& yard) {
  const std::vector<std::pair<Words, const char*>> wrong = {
      {{"--uidmap", "x"}, "INSIDE:OUTSIDE:COUNT"},
      {{"--uidmap", "0:1:0"}, "no ids"},
      {{"--uidmap", "1:1:1"}, "id 0"},
      {{"--gidmap", "0:4294967290:9"}, "last id"},
      {{"--uidmap", "0:1:5", "--uidmap", "4:100:1"}, "in another map"},
      {{"--userns", "host", "--uidmap", "0:1:1"}, "--uidmap"}};
  for (const auto& [options, words] : wrong) {
    CAPTURE(options.back());
    check_one_line(yard.box(options, {"true"}), 125, words);
  }
}

void ids_of_a_user(Yard& yard) {
  const std::string uid = std::to_string(yard.uid());
  const std::string own = "0:" + uid + ":1";
  {
    const Live live(yard, {"--uidmap", own});
    CHECK(map_of(live.pid(), "uid_map") == "0 " + uid + " 1");
  }
  check_one_line(yard.box({"--userns", "host"}, {"true"}), 125, "--userns host");
  if (!read_file("/etc/subuid").empty()) return;  // then there are more ids than one
  check_one_line(yard.box({"--uidmap", "0:0:1"}, {"true"}), 125, "--uidmap: 0 is no id");
  check_one_line(yard.box({"--uidmap", own, "--gidmap", "0:1:2"}, {"true"}), 125,
                 "--gidmap: 1 to 2 are no ids");
  check_one_line(yard.box({"--userns", "keep-id"}, {"true"}), 125, "/etc/subuid");
}

void ranges_of_a_user(Yard& yard) {
  {
    const Live live(yard, {"--uidmap", "0:65534:1", "--uidmap", "1:200000:10", "-u", "3"});
    CHECK(map_of(live.pid(), "uid_map") == "0 65534 1, 1 200000 10");
    CHECK(status_of(live.pid(), "Uid").starts_with("200002\t"));
  }
  {
    const Live live(yard, {"--uidmap", "0:200000:10", "--uidmap", "10:65534:1"});
    CHECK(map_of(live.pid(), "uid_map") == "0 200000 10, 10 65534 1");
    CHECK(status_of(live.pid(), "Uid").starts_with("200000\t"));
  }
  {
    const Live live(yard, {"--userns", "keep-id"});
    CHECK(map_of(live.pid(), "uid_map") == "0 200000 65534, 65535 265534 2, 65534 65534 1");
    CHECK(status_of(live.pid(), "Uid").starts_with("65534\t65534\t"));
    CHECK(status_of(live.pid(), "CapEff") == "0000000000000000");
  }
  CHECK(yard.box({"--userns", "keep-id"}, {"id", "-u"}).out == "65534\n");
  CHECK(yard.box({"--userns", "keep-id", "-u", "0"}, {"sh", "-c", "id -u; touch /x"}).out == "0\n");
  check_one_line(yard.box({"--uidmap", "0:200000:70000"}, {"true"}), 125, "--uidmap: 200000 to");
  check_one_line(yard.box({"--uidmap", "0:200000:10"}, {"true"}), 125,
                 "its files would be nobody's");
}

/// A normal user to whom /etc gives ranges, on a machine whose /etc is this test's.
void with_ranges(void (*body)(Yard&)) {
  const TempDir etc;
  check(::chmod(etc.path().c_str(), 0755), "chmod");
  etc.file("passwd", "root:x:0:0::/:/bin/sh\ntester:x:65534:65534::/:/bin/sh\n");
  etc.file("group", "tester:x:65534:\n");
  etc.file("subuid", "tester:200000:65536\n");
  etc.file("subgid", "tester:200000:65536\n");
  in_child([&] {
    unshare(Ns::mount);
    set_propagation("/", Propagation::private_);
    toolkit::bind(etc.path(), "/etc");
    on_yard(Caller::nobody, body);
  });
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("ids: the maps are those that were asked for [root]") {
    on_yard(Caller::root, maps_from_outside);
  }
  TEST_CASE("ids: the files of the root keep their owners inside [root]") {
    on_yard(Caller::root, owners_of_the_root);
  }
  TEST_CASE("ids: a root in place keeps its owners on the disk [root]") {
    on_yard(Caller::root, a_root_in_place);
  }
  TEST_CASE("ids: a root that can't be mapped is refused, and leaves nothing [root]") {
    on_yard(Caller::root, a_root_that_can_not_be_mapped);
  }
  TEST_CASE("ids: what only the caller can reach is reached [root]") {
    on_yard(Caller::root, closed_places);
  }
  TEST_CASE("ids: with other ids everything else is as without [root]") {
    on_yard(Caller::root, everything_else_stays);
  }
  AS_BOTH("ids: a map that is none is one line", wrong_maps);

  TEST_CASE("ids: a user gives itself and nobody else [userns]") {
    on_yard(Caller::nobody, ids_of_a_user);
  }
  TEST_CASE("ids: a user gives its ranges and stays who it is with keep-id [root] [userns]") {
    SKIP_UNLESS(is_root(), "only root binds files over those of /etc");
    SKIP_UNLESS(fs::exists("/usr/bin/newuidmap"), "newuidmap is not installed");
    with_ranges(ranges_of_a_user);
  }
}
