// Mounts held by a descriptor: open_tree, move_mount, mount_setattr.
#include <linux/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::Fd;
using toolkit::move_mount;
using toolkit::Ns;
using toolkit::open_tree;
using toolkit::parse_mounts;
using toolkit::Recurse;
using toolkit::set_attributes;
using toolkit::SystemError;
using toolkit::test::inside;
using toolkit::test::TempDir;

namespace {

/// The options of the topmost mount at a path, or "none".
std::string options_at(const std::string& target) {
  std::string options = "none";
  for (const auto& mount : parse_mounts(toolkit::read_file("/proc/self/mountinfo"))) {
    if (mount.target == target) options = mount.options;
  }
  return options;
}

int create(const std::string& path) {
  return ::mknod(path.c_str(), S_IFREG | 0600, 0) == 0 ? 0 : errno;
}

/// A tmpfs "from" with another one, "from/nested", in it, and an empty directory "to".
struct Places {
  std::string from;
  std::string to;

  explicit Places(const TempDir& scratch) : from(scratch.at("from")), to(scratch.at("to")) {
    for (const std::string& directory : {from, to}) ::mkdir(directory.c_str(), 0755);
    toolkit::mount("outer", from, "tmpfs", 0);
    ::mkdir((from + "/nested").c_str(), 0755);
    toolkit::mount("inner", from + "/nested", "tmpfs", 0);
  }
};

void with_places(const std::function<void(const Places&)>& body) {
  const TempDir scratch;
  inside(Ns::mount, [&] { body(Places(scratch)); });
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("mount: a detached tree is nowhere until it is moved [userns]") {
    NEEDS_USER_NAMESPACES();
    with_places([](const Places& places) {
      const Fd tree = open_tree(places.from, Recurse::no);
      CHECK((::fcntl(tree.get(), F_GETFD) & FD_CLOEXEC) != 0);
      CHECK(options_at(places.to) == "none");
      move_mount(tree, places.to);
      CHECK(options_at(places.to) == "rw,relatime");
      CHECK(create(places.from + "/file") == 0);
      CHECK(create(places.to + "/file") == EEXIST);
    });
  }

  TEST_CASE("mount: a detached tree has what lies below only when asked [userns]") {
    NEEDS_USER_NAMESPACES();
    with_places([](const Places& places) {
      move_mount(open_tree(places.from, Recurse::no), places.to);
      CHECK(options_at(places.to + "/nested") == "none");
      toolkit::unmount(places.to);
      move_mount(open_tree(places.from, Recurse::yes), places.to);
      CHECK(options_at(places.to + "/nested") == "rw,relatime");
    });
  }

  TEST_CASE("mount: a tree can be attached where its path no longer leads [userns]") {
    NEEDS_USER_NAMESPACES();
    with_places([](const Places& places) {
      REQUIRE(create(places.from + "/marker") == 0);
      const Fd tree = open_tree(places.from, Recurse::yes);
      toolkit::unmount(places.from, toolkit::Detach::yes);
      move_mount(tree, places.to);
      CHECK(::access((places.to + "/marker").c_str(), F_OK) == 0);
    });
  }

  TEST_CASE("mount: attributes are set on the detached tree alone [userns]") {
    NEEDS_USER_NAMESPACES();
    with_places([](const Places& places) {
      const Fd tree = open_tree(places.from, Recurse::yes);
      set_attributes(tree, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC, Recurse::no);
      move_mount(tree, places.to);
      CHECK(options_at(places.to) == "ro,noexec,relatime");
      CHECK(create(places.to + "/file") == EROFS);
      CHECK(create(places.to + "/nested/file") == 0);
      CHECK(create(places.from + "/file") == 0);
    });
  }

  TEST_CASE("mount: attributes reach what lies below when asked [userns]") {
    NEEDS_USER_NAMESPACES();
    with_places([](const Places& places) {
      const Fd tree = open_tree(places.from, Recurse::yes);
      set_attributes(tree, MOUNT_ATTR_RDONLY, Recurse::yes);
      move_mount(tree, places.to);
      CHECK(create(places.to + "/file") == EROFS);
      CHECK(create(places.to + "/nested/file") == EROFS);
    });
  }

  TEST_CASE("mount: attributes at a path add to those that are there [userns]") {
    NEEDS_USER_NAMESPACES();
    with_places([](const Places& places) {
      toolkit::mount("third", places.to, "tmpfs", MS_NOSUID | MS_NODEV);
      toolkit::set_attributes_at(places.to, MOUNT_ATTR_RDONLY, Recurse::no);
      CHECK(options_at(places.to) == "ro,nosuid,nodev,relatime");
      toolkit::set_attributes_at(places.from, MOUNT_ATTR_RDONLY, Recurse::yes);
      CHECK(create(places.from + "/nested/file") == EROFS);
    });
  }

  TEST_CASE("mount: the errors of the descriptor API name their calls [userns]") {
    NEEDS_USER_NAMESPACES();
    with_places([](const Places& places) {
      CHECK_THROWS_WITH_AS(static_cast<void>(open_tree("/no/such", Recurse::no)),
                           "open_tree '/no/such': No such file or directory", SystemError);
      CHECK_THROWS_WITH_AS(move_mount(open_tree(places.from, Recurse::no), "/no/such"),
                           "move_mount '/no/such': No such file or directory", SystemError);
      CHECK_THROWS_WITH_AS(toolkit::set_attributes_at("/no/such", 1, Recurse::no),
                           "mount_setattr '/no/such': No such file or directory", SystemError);
      CHECK_THROWS_WITH_AS(
          set_attributes(toolkit::open_file(places.from, O_RDONLY), 1U << 31U, Recurse::no),
          "mount_setattr: Invalid argument", SystemError);
    });
  }
}
