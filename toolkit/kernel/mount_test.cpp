#include "toolkit/kernel/mount.hpp"

#include <linux/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "toolkit/kernel/error.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::bind;
using toolkit::Detach;
using toolkit::Fd;
using toolkit::MountInfo;
using toolkit::Ns;
using toolkit::parse_mounts;
using toolkit::Propagation;
using toolkit::read_file;
using toolkit::Recurse;
using toolkit::set_propagation;
using toolkit::SystemError;
using toolkit::unmount;
using toolkit::test::inside;
using toolkit::test::TempDir;

namespace {

/// The mount that lies at a path, the topmost one; nothing when it is no mount point.
std::optional<MountInfo> mount_at(const std::string& target) {
  std::optional<MountInfo> found;
  for (MountInfo& mount : parse_mounts(read_file("/proc/self/mountinfo"))) {
    if (mount.target == target) found = std::move(mount);
  }
  return found;
}

/// Of a mount point: what is there, or a failure of the case.
MountInfo at(const std::string& target) {
  auto mount = mount_at(target);
  REQUIRE(mount);
  return *mount;
}

bool has_option(const MountInfo& mount, const std::string& option) {
  return ("," + mount.options + ",").find("," + option + ",") != std::string::npos;
}

/// 0, or the errno of making a file.
int create(const std::string& path) {
  return ::mknod(path.c_str(), S_IFREG | 0600, 0) == 0 ? 0 : errno;
}

/// Two directories, the first with a tmpfs that has "nested", another tmpfs, below it. Inside only.
struct Tree {
  std::string a;
  std::string b;
  std::string nested;

  explicit Tree(const TempDir& scratch)
      : a(scratch.at("a")), b(scratch.at("b")), nested(a + "/nested") {
    for (const std::string& directory : {a, b}) ::mkdir(directory.c_str(), 0755);
    toolkit::mount("outer", a, "tmpfs", 0);
    ::mkdir(nested.c_str(), 0755);
    toolkit::mount("inner", nested, "tmpfs", 0);
  }
};

/// A case of this file: a private mount namespace with a Tree in it.
void with_tree(const std::function<void(const Tree&)>& body) {
  const TempDir scratch;
  inside(Ns::mount, [&] { body(Tree(scratch)); });
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("mount: a filesystem appears with its source and options [userns]") {
    NEEDS_USER_NAMESPACES();
    const TempDir scratch;
    inside(Ns::mount, [&] {
      toolkit::mount("mine", scratch.path(), "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=0700");
      const MountInfo mount = at(scratch.path());
      CHECK(mount.type == "tmpfs");
      CHECK(mount.source == "mine");
      CHECK(has_option(mount, "nosuid"));
      CHECK(has_option(mount, "nodev"));
      CHECK(mount.super_options.find("size=1024k") != std::string::npos);
    });
    CHECK_FALSE(mount_at(scratch.path()));
  }

  TEST_CASE("mount: an error names the target [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::mount, [] {
      CHECK_THROWS_WITH_AS(toolkit::mount("none", "/no/such", "tmpfs", 0),
                           "mount '/no/such': No such file or directory", SystemError);
      CHECK_THROWS_WITH_AS(toolkit::mount("none", "/", "nosuchfs", 0), "mount '/': No such device",
                           SystemError);
    });
  }

  TEST_CASE("mount: a bind shows the same files at a second place [userns]") {
    NEEDS_USER_NAMESPACES();
    with_tree([](const Tree& tree) {
      bind(tree.a, tree.b, Recurse::no);
      CHECK(create(tree.a + "/file") == 0);
      CHECK(create(tree.b + "/file") == EEXIST);
      CHECK(at(tree.b).source == "outer");
    });
  }

  TEST_CASE("mount: a bind takes what lies below with it only when asked [userns]") {
    NEEDS_USER_NAMESPACES();
    with_tree([](const Tree& tree) {
      bind(tree.a, tree.b, Recurse::no);
      CHECK_FALSE(mount_at(tree.b + "/nested"));
      unmount(tree.b);
      bind(tree.a, tree.b);
      CHECK(at(tree.b + "/nested").source == "inner");
    });
  }

  TEST_CASE("mount: a file is bound over a file [userns]") {
    NEEDS_USER_NAMESPACES();
    const TempDir scratch;
    const std::string ours = scratch.file("ours", "ours");
    const std::string theirs = scratch.file("theirs", "theirs");
    inside(Ns::mount, [&] {
      bind(ours, theirs);
      CHECK(read_file(theirs) == "ours");
    });
    CHECK(read_file(theirs) == "theirs");
  }

  TEST_CASE("mount: one call of bind with MS_RDONLY stays writable [userns]") {
    NEEDS_USER_NAMESPACES();
    with_tree([](const Tree& tree) {
      toolkit::mount(tree.a, tree.b, {}, MS_BIND | MS_RDONLY);
      CHECK(create(tree.b + "/file") == 0);  // the trap that remount_read_only is there for
    });
  }

  TEST_CASE("mount: remounted read-only gives EROFS there and only there [userns]") {
    NEEDS_USER_NAMESPACES();
    with_tree([](const Tree& tree) {
      bind(tree.a, tree.b);
      toolkit::remount_read_only(tree.b);
      CHECK(create(tree.b + "/file") == EROFS);
      CHECK(has_option(at(tree.b), "ro"));
      CHECK(create(tree.a + "/file") == 0);
      CHECK(has_option(at(tree.a), "rw"));
      CHECK(create(tree.b + "/nested/file") == 0);  // it is another mount
    });
  }

  TEST_CASE("mount: propagation is what mountinfo says of it [userns]") {
    NEEDS_USER_NAMESPACES();
    with_tree([](const Tree& tree) {
      set_propagation(tree.a, Propagation::private_);
      CHECK(at(tree.a).propagation.empty());
      set_propagation(tree.a, Propagation::shared);
      CHECK(at(tree.a).propagation.starts_with("shared:"));
      bind(tree.a, tree.b);
      CHECK(at(tree.b).propagation == at(tree.a).propagation);
      set_propagation(tree.b, Propagation::slave);
      CHECK(at(tree.b).propagation.starts_with("master:"));
      set_propagation(tree.b, Propagation::unbindable);
      CHECK(at(tree.b).propagation == "unbindable");
    });
  }

  TEST_CASE("mount: propagation reaches what lies below only when asked [userns]") {
    NEEDS_USER_NAMESPACES();
    with_tree([](const Tree& tree) {
      set_propagation(tree.a, Propagation::private_);
      set_propagation(tree.a, Propagation::shared, Recurse::no);
      CHECK(at(tree.nested).propagation.empty());
      set_propagation(tree.a, Propagation::shared);
      CHECK(at(tree.nested).propagation.starts_with("shared:"));
    });
  }

  TEST_CASE("mount: what is mounted below a shared one appears at its peer [userns]") {
    NEEDS_USER_NAMESPACES();
    with_tree([](const Tree& tree) {
      set_propagation(tree.a, Propagation::shared);
      bind(tree.a, tree.b);
      ::mkdir((tree.a + "/later").c_str(), 0755);
      toolkit::mount("later", tree.a + "/later", "tmpfs", 0);
      CHECK(at(tree.b + "/later").source == "later");
      set_propagation(tree.b, Propagation::private_);
      unmount(tree.a + "/later");
      CHECK(mount_at(tree.b + "/later"));
    });
  }

  TEST_CASE("mount: a busy one can only be detached [userns]") {
    NEEDS_USER_NAMESPACES();
    with_tree([](const Tree& tree) {
      const Fd user = toolkit::open_file(tree.nested, O_RDONLY);
      CHECK_THROWS_WITH_AS(unmount(tree.nested),
                           ("umount2 '" + tree.nested + "': Device or resource busy").c_str(),
                           SystemError);
      unmount(tree.nested, Detach::yes);
      CHECK_FALSE(mount_at(tree.nested));
      CHECK(::mkdirat(user.get(), "still-there", 0700) == 0);
    });
  }

  TEST_CASE("mount: pivot_root leaves nothing of the old root in sight [userns]") {
    NEEDS_USER_NAMESPACES();
    with_tree([](const Tree& tree) {
      REQUIRE(create(tree.a + "/marker") == 0);
      const Fd proc = toolkit::open_file("/proc", O_PATH);
      toolkit::check(::chdir(tree.a.c_str()), "chdir");
      toolkit::pivot_root_here();
      unmount(".", Detach::yes);
      CHECK(::access("/marker", F_OK) == 0);
      CHECK(::access("/proc", F_OK) == -1);
      const Fd file = toolkit::open_at(proc, "self/mountinfo", O_RDONLY);
      const auto mounts = parse_mounts(toolkit::read_all(file, "mountinfo"));
      REQUIRE(mounts.size() == 2);
      CHECK(mounts[0].target == "/");
      CHECK(mounts[0].source == "outer");
      CHECK(mounts[0].device != mounts[1].device);
      CHECK(mounts[1].target == "/nested");
    });
  }

  TEST_CASE("mount: pivot_root wants a mount point [userns]") {
    NEEDS_USER_NAMESPACES();
    with_tree([](const Tree& tree) {
      ::mkdir((tree.a + "/plain").c_str(), 0755);
      toolkit::check(::chdir((tree.a + "/plain").c_str()), "chdir");
      CHECK_THROWS_WITH_AS(toolkit::pivot_root_here(), "pivot_root '.': Invalid argument",
                           SystemError);
    });
  }
}
