#include "toolkit/check/owners.hpp"

#include <unistd.h>

#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/users.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

/// A child in new namespaces, which waits for its end.
Process waiting(Ns kinds) {
  return Process::spawn({.namespaces = kinds}, [] {
    while (true) ::pause();
  });
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("owners: a namespace belongs to the user namespace it was made in") {
    NEEDS_USER_NAMESPACES();
    const Process child = waiting(Ns::user | Ns::uts);
    const ino_t users = namespace_id(child.pid(), Ns::user);
    const ino_t own = namespace_id(::getpid(), Ns::user);
    CHECK(owner_of(child.pid(), Ns::uts) == users);
    CHECK(owner_of(child.pid(), Ns::user) == own);
    CHECK(depth_below(own, child.pid()) == 1);
    CHECK(depth_below(users, child.pid()) == 0);
    CHECK(!depth_below(users, ::getpid()));
  }

  TEST_CASE("owners: a namespace that was not made anew belongs to whom it did") {
    NEEDS_USER_NAMESPACES();
    const Process child = waiting(Ns::user | Ns::uts);
    const ino_t users = namespace_id(child.pid(), Ns::user);
    // Not the caller's own namespaces: those may belong to a user namespace above, which is not shown.
    // Only who is mapped may unshare.
    write_id_maps(child.pid(), rootless_maps(::geteuid(), ::getegid(), {}, {}));
    Pipe ready = make_pipe();
    Process below = Process::spawn({}, [&] {
      const Fd user = open_namespace(child.pid(), Ns::user);
      const Fd uts = open_namespace(child.pid(), Ns::uts);
      enter(user, Ns::user);
      enter(uts, Ns::uts);
      unshare(Ns::user);
      write_all(ready.write, ".", "ready");
      while (true) ::pause();
    });
    ready.write.reset();
    char byte = 0;
    REQUIRE(::read(ready.read.get(), &byte, 1) == 1);
    CHECK(owner_of(below.pid(), Ns::uts) == users);
    CHECK(owner_of(below.pid(), Ns::user) == users);
  }

  TEST_CASE("owners: an id map is read with the eyes of the reader") {
    NEEDS_USER_NAMESPACES();
    const Process child = waiting(Ns::user);
    const std::string caller = std::to_string(::geteuid());
    CHECK(id_map_of(child.pid(), "uid_map", ::getpid()).empty());
    write_id_maps(child.pid(), {.uids = {{.inside = 7, .outside = ::geteuid(), .count = 1}},
                                .gids = {{.inside = 8, .outside = ::getegid(), .count = 1}}});
    CHECK(id_map_of(child.pid(), "uid_map", ::getpid()) == "7 " + caller + " 1");
    CHECK(id_map_of(child.pid(), "setgroups", ::getpid()) == "deny");
    // Whoever is in it sees what is one level up.
    CHECK(id_map_of(child.pid(), "gid_map", child.pid()).starts_with("8 "));
    CHECK(in_columns("0 1230 1\n1 20688 164") ==
          "\n       0    1230       1\n       1   20688     164");
    CHECK(in_columns("").empty());
  }
}

}  // namespace toolkit::checks
