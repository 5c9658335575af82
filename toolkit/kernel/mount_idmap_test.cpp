// Mounts that show other owners.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/users.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::check;
using toolkit::Fd;
using toolkit::IdMaps;
using toolkit::Ns;
using toolkit::open_namespace;
using toolkit::Process;
using toolkit::Recurse;
using toolkit::SystemError;
using toolkit::test::in_child;
using toolkit::test::TempDir;

namespace {

struct Owner {
  uid_t uid;
  gid_t gid;
  bool operator==(const Owner&) const = default;
};

Owner owner_of_file(const std::string& path) {
  struct stat file {};
  check(::lstat(path.c_str(), &file), "lstat", path);
  return {file.st_uid, file.st_gid};
}

/// A user namespace with these maps, which lives by its descriptor.
Fd make_user_namespace(const IdMaps& maps) {
  const Process holder = Process::spawn({.namespaces = Ns::user}, [] { ::pause(); });
  write_id_maps(holder.pid(), maps);
  return open_namespace(holder.pid(), Ns::user);
}

IdMaps shifted() {
  const std::vector<toolkit::IdMap> map = {{.inside = 0, .outside = 200000, .count = 1000}};
  return {.uids = map, .gids = map, .setgroups = IdMaps::Setgroups::allow};
}

/// In a mount namespace of root's, which ends with it. Skipped where root is not the machine's.
void as_root_with_mounts(const std::function<void()>& body) {
  in_child([&] {
    toolkit::unshare(Ns::mount);
    toolkit::set_propagation("/", toolkit::Propagation::private_);
    body();
  });
}

/// Does the filesystem at a path have idmapped mounts? Else what the kernel says.
int refusal(const std::string& path) {
  try {
    toolkit::map_ids(toolkit::open_tree(path, Recurse::no), make_user_namespace(shifted()));
    return 0;
  } catch (const SystemError& error) {
    return error.number();
  }
}

#define NEEDS_ROOT_WITH_IDS()                                                                   \
  SKIP_UNLESS(toolkit::test::is_root(), "only root maps the files of a disk");                  \
  SKIP_UNLESS(toolkit::read_file("/proc/self/uid_map").find("4294967295") != std::string::npos, \
              "this root has not all ids of the machine")

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("mount: an idmapped mount shows the owners of its map, both ways [root]") {
    NEEDS_ROOT_WITH_IDS();
    const TempDir place;
    check(::chmod(place.path().c_str(), 0755), "chmod");
    place.file("disk/root's", "");
    place.file("disk/user's", "");
    place.file("disk/beyond", "");
    std::filesystem::create_directory(place.at("seen"));
    check(::chown(place.at("disk/user's").c_str(), 7, 8), "chown");
    check(::chown(place.at("disk/beyond").c_str(), 5000, 5000), "chown");
    const int refused = refusal(place.at("disk"));
    SKIP_UNLESS(refused == 0, "no idmapped mounts of this filesystem, or this kernel");
    as_root_with_mounts([&] {
      const Fd tree = toolkit::open_tree(place.at("disk"), Recurse::no);
      toolkit::map_ids(tree, make_user_namespace(shifted()));
      toolkit::move_mount(tree, place.at("seen"));
      CHECK(owner_of_file(place.at("seen/root's")) == Owner{200000, 200000});
      CHECK(owner_of_file(place.at("seen/user's")) == Owner{200007, 200008});
      CHECK(owner_of_file(place.at("seen/beyond")) == Owner{65534, 65534});
      in_child([&] {
        check(::setegid(200003), "setegid");
        check(::seteuid(200000), "seteuid");
        place.file("seen/new", "");
      });
      CHECK(owner_of_file(place.at("disk/new")) == Owner{0, 3});
      // Who has no id in the map owns nothing there, root or not.
      CHECK(::mkdir(place.at("seen/none").c_str(), 0755) == -1);
      CHECK(errno == EOVERFLOW);
    });
    CHECK(owner_of_file(place.at("disk/user's")) == Owner{7, 8});
  }

  TEST_CASE("mount: filesystems without idmapped mounts say EINVAL [root]") {
    NEEDS_ROOT_WITH_IDS();
    CHECK(refusal("/proc") == EINVAL);
    CHECK(refusal("/sys") == EINVAL);
    const TempDir place;
    std::filesystem::create_directory(place.at("lower"));
    std::filesystem::create_directory(place.at("merged"));
    as_root_with_mounts([&] {
      try {
        toolkit::mount("overlay", place.at("merged"), "overlay", 0,
                       "lowerdir=" + place.at("lower") + ":" + place.path());
      } catch (const SystemError&) {
        return;  // no overlay here
      }
      CHECK(refusal(place.at("merged")) == EINVAL);
    });
  }

  TEST_CASE("mount: the own user namespace maps no mount [root]") {
    NEEDS_ROOT_WITH_IDS();
    const TempDir place;
    const Fd tree = toolkit::open_tree(place.path(), Recurse::no);
    CHECK_THROWS_WITH_AS(toolkit::map_ids(tree, open_namespace(::getpid(), Ns::user)),
                         doctest::Contains("mount_setattr 'MOUNT_ATTR_IDMAP': "), SystemError);
  }

  TEST_CASE("mount: root of a user namespace maps the ids of no disk [userns]") {
    NEEDS_USER_NAMESPACES();
    const TempDir place;
    toolkit::test::inside(Ns::mount, [&] {
      const Fd tree = toolkit::open_tree(place.path(), Recurse::no);
      const Fd users = make_user_namespace(toolkit::rootless_maps(0, 0, {}, {}));
      try {
        toolkit::map_ids(tree, users);
        FAIL_CHECK("the kernel mapped them");
      } catch (const SystemError& error) {
        CHECK(error.number() == EPERM);
      }
    });
  }
}
