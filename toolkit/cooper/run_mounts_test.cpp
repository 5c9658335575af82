#include <unistd.h>

#include <filesystem>

#include "toolkit/cooper/test_yard.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/text.hpp"

using namespace toolkit;
using namespace toolkit::test;
namespace fs = std::filesystem;

namespace {

/// The mount at a place of a running container, as the kernel tells it outside. The last one counts.
MountInfo mount_at(pid_t pid, const std::string& target) {
  MountInfo found;
  for (const MountInfo& mount :
       parse_mounts(read_file("/proc/" + std::to_string(pid) + "/mountinfo"))) {
    if (mount.target == target) found = mount;
  }
  return found;
}

bool has_option(const MountInfo& mount, std::string_view option) {
  const std::vector<std::string_view> options = split(mount.options, ',');
  return std::find(options.begin(), options.end(), option) != options.end();
}

void volumes(Yard& yard) {
  const std::string shared = yard.own_directory("shared");
  yard.own_file("shared/in", "of the host\n");
  CHECK(yard.box({"-v", shared + ":/a/b/c"}, {"sh", "-c", "cat /a/b/c/in; echo back > /a/b/c/out"})
            .out == "of the host\n");
  CHECK(read_file(shared + "/out") == "back\n");
  CHECK_FALSE(fs::exists(yard.rootfs() + "/a"));
}

void read_only_volumes(Yard& yard) {
  const std::string shared = yard.own_directory("shared");
  const Live live(yard, {"-v", shared + ":/data:ro"});
  CHECK(has_option(mount_at(live.pid(), "/data"), "ro"));
  CHECK(has_option(mount_at(live.pid(), "/data"), "nodev"));
  const Outcome outcome = yard.box({"-v", shared + ":/data:ro"}, {"touch", "/data/x"});
  CHECK(outcome.status == 1);
  CHECK(fs::is_empty(shared));
}

void files_as_volumes(Yard& yard) {
  const std::string file = yard.own_file("one", "content\n");
  CHECK(yard.box({"-v", file + ":/new/place"}, {"cat", "/new/place"}).out == "content\n");
  CHECK(yard.box({"-v", file + ":/etc/hosts"}, {"cat", "/etc/hosts"}).out == "content\n");
  CHECK(yard.box({"-v", file + ":/etc/passwd:ro"}, {"cat", "/etc/passwd"}).out == "content\n");
  CHECK(yard.box({"-v", yard.rootfs() + "/../own/./one:/x"}, {"cat", "/x"}).out == "content\n");
}

void nested_volumes(Yard& yard) {
  const std::string outer = yard.own_directory("outer");
  const std::string inner = yard.own_file("inner", "inner\n");
  // Asked for in the wrong order: the outer one must not hide the inner one.
  const Outcome outcome =
      yard.box({"-v", inner + ":/o/deep/in", "--tmpfs", "/o/scratch", "-v", outer + ":/o"},
               {"sh", "-c", "cat /o/deep/in; mount | grep -c ' /o'"});
  CHECK(outcome.out == "inner\n3\n");
}

void linked_targets(Yard& yard) {
  const TempDir canary;
  const std::string root = yard.copy_of_root("linked");
  fs::create_directories(root + "/srv");
  fs::create_symlink("/srv", root + "/link");
  fs::create_symlink(canary.path(), root + "/out");
  fs::create_symlink("../../../../../../" + canary.path(), root + "/up");
  const std::string shared = yard.own_directory("shared");
  yard.own_file("shared/in", "seen\n");
  // Inside, these two lead nowhere: the canary is the host's.
  for (const std::string target : {"/out/x", "/up/x"}) {
    CAPTURE(target);
    const Outcome outcome =
        run(yard.words({"-v", shared + ":" + target, "--rootfs", root + ":O", "true"}));
    check_one_line(outcome, 125, target);
  }
  CHECK(run(yard.words({"-v", shared + ":/link", "--rootfs", root + ":O", "cat", "/srv/in"})).out ==
        "seen\n");
  CHECK(fs::is_empty(canary.path()));
}

void refused_volumes(Yard& yard) {
  const std::string shared = yard.own_directory("shared");
  check_one_line(yard.box({"-v", "/nosuch:/x"}, {"true"}), 125, "/nosuch");
  check_one_line(yard.box({"-v", shared}, {"true"}), 125, "SOURCE:TARGET");
  check_one_line(yard.box({"-v", shared + ":x"}, {"true"}), 125, "absolute");
  check_one_line(yard.box({"-v", shared + ":/"}, {"true"}), 125, "root itself");
  check_one_line(yard.box({"-v", shared + ":/x/../proc/sys"}, {"true"}), 125, "/proc");
  check_one_line(yard.box({"-v", shared + ":/proc"}, {"true"}), 125, "/proc");
  const std::string root = yard.copy_of_root("linked");
  fs::create_symlink("/proc/sys", root + "/link");
  check_one_line(run(yard.words({"-v", shared + ":/link/kernel", "--rootfs", root + ":O", "true"})),
                 125, "mount on /proc by way of '/link/kernel'");
  check_one_line(yard.box({"-v", "name:/x"}, {"true"}), 125, "must be a path");
  check_one_line(yard.box({"-v", "a:b:c:d"}, {"true"}), 125, "SOURCE:TARGET");
  check_one_line(yard.box({"-v", shared + ":/x:rx"}, {"true"}), 125,
                 "unknown option 'rx'; there are ro, rw");
}

void tmpfs(Yard& yard) {
  const Live live(yard, {"--tmpfs", "/t:size=64k,mode=1777", "--tmpfs", "/e:exec"});
  const MountInfo limited = mount_at(live.pid(), "/t");
  CHECK(limited.type == "tmpfs");
  CHECK(has_option(limited, "nosuid"));
  CHECK(has_option(limited, "nodev"));
  CHECK(has_option(limited, "noexec"));
  CHECK(limited.super_options.find("size=64k") != std::string::npos);
  CHECK_FALSE(has_option(mount_at(live.pid(), "/e"), "noexec"));
  CHECK(has_option(mount_at(live.pid(), "/e"), "nodev"));
  check_one_line(yard.box({"--tmpfs", "/t:dev"}, {"true"}), 125, "unknown option");
  CHECK(yard.box({"--tmpfs", "/t:size=lots"}, {"true"}).status == 125);  // see run_advice_test.cpp
}

void read_only(Yard& yard) {
  const Live live(yard, {"--read-only", "--tmpfs", "/tmp"});
  CHECK(has_option(mount_at(live.pid(), "/"), "ro"));
  CHECK(yard.box({"--read-only"}, {"touch", "/x"}).status == 1);
  CHECK(yard.box({"--read-only", "--tmpfs", "/tmp"}, {"touch", "/tmp/x"}).status == 0);
  CHECK(yard.box({"--read-only"}, {"sh", "-c", "echo x > /dev/shm/x"}).status == 0);
}

void in_place(Yard& yard) {
  const std::string root = yard.copy_of_root("place");
  CHECK(run(yard.words({"--rootfs", root, "touch", "/tmp/kept"})).status == 0);
  CHECK(fs::exists(root + "/tmp/kept"));
  CHECK(run(yard.words({"--rootfs", root + ":O", "touch", "/tmp/gone"})).status == 0);
  CHECK_FALSE(fs::exists(root + "/tmp/gone"));
  CHECK(run(yard.words({"--read-only", "--rootfs", root, "touch", "/tmp/x"})).status == 1);
}

void write_files(Yard& yard, const std::string& count) {
  const std::string shared = yard.own_directory("many");
  const Outcome outcome = yard.box(
      {"-v", shared + ":/many"},
      {"sh", "-c", "cd /many; for i in $(seq " + count + "); do echo $i > f$i; done; ls | wc -l"});
  CHECK(outcome.out == count + '\n');
  CHECK(std::to_string(entries(shared).size()) == count);
  CHECK(read_file(shared + "/f" + count) == count + '\n');
}

void files(Yard& yard) { write_files(yard, "500"); }
void many_files(Yard& yard) { write_files(yard, "10000"); }

}  // namespace

TEST_SUITE("long") { AS_BOTH("volume: ten thousand files are written through it", many_files); }

TEST_SUITE("tool") {
  AS_BOTH("volume: the host's directory and the way to it", volumes);

  AS_BOTH("volume: read-only is the mount's own flag", read_only_volumes);

  AS_BOTH("volume: a file lies over a new name or an old one", files_as_volumes);

  AS_BOTH("volume: an outer one does not hide an inner one", nested_volumes);

  AS_BOTH("volume: a link on the way to its place stays inside", linked_targets);

  AS_BOTH("volume: what can't be one is refused", refused_volumes);

  AS_BOTH("volume: five hundred files are written through it", files);

  AS_BOTH("tmpfs: it has docker's flags and the options given", tmpfs);

  AS_BOTH("read-only: nothing is written to the root", read_only);

  AS_BOTH("rootfs: in place it is written to and below an overlay it is not", in_place);
}
