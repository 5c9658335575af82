// Namespaces that outlive their processes, and several joined at once.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/kernel/users.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::check;
using toolkit::Fd;
using toolkit::Gate;
using toolkit::namespace_id;
using toolkit::Ns;
using toolkit::open_namespace;
using toolkit::open_namespace_at;
using toolkit::Process;
using toolkit::SystemError;
using toolkit::test::in_child;
using toolkit::test::inside;
using toolkit::test::TempDir;

namespace {

std::string hostname() {
  return std::string(toolkit::trim(toolkit::read_file("/proc/sys/kernel/hostname")));
}

/// A process in new namespaces until the scope ends; with a user namespace, its ids are mapped.
Process hold(Ns namespaces) {
  Process holder = Process::spawn({.namespaces = namespaces}, [] { ::pause(); });
  if (has(namespaces, Ns::user)) {
    write_id_maps(holder.pid(), toolkit::rootless_maps(::geteuid(), ::getegid(), {}, {}));
  }
  return holder;
}

/// Runs body with a mount namespace of its own, as root and as root of a user namespace.
void in_both(Ns namespaces, const std::function<void()>& body) {
  SUBCASE("in a user namespace") { inside(namespaces | Ns::mount, body); }
  SUBCASE("as root") {
    if (!toolkit::test::is_root()) return;
    in_child([&] {
      toolkit::unshare(namespaces | Ns::mount);
      toolkit::set_propagation("/", toolkit::Propagation::private_);
      body();
    });
  }
}

void keep_a_name() {
  const TempDir place;
  const std::string kept = place.at("uts");
  ino_t id = 0;
  {
    Process holder = hold(Ns::uts);
    id = namespace_id(holder.pid(), Ns::uts);
    toolkit::persist(open_namespace(holder.pid(), Ns::uts), kept);
  }
  const Fd again = open_namespace_at(kept, Ns::uts);
  CHECK(namespace_id(again) == id);
  in_child([&] {
    toolkit::enter(again, Ns::uts);
    CHECK(namespace_id(::getpid(), Ns::uts) == id);
  });
  CHECK_THROWS_WITH_AS(toolkit::persist(again, kept), doctest::Contains("File exists"),
                       SystemError);
  toolkit::forget(kept);
  CHECK(::access(kept.c_str(), F_OK) == -1);
  CHECK_THROWS_AS(toolkit::forget(kept), SystemError);
}

/// Where a place has peers, a mount namespace is not mounted on it; on a private one it is.
void keep_mounts() {
  const TempDir place;
  const std::string ground = place.at("ground");
  check(::mkdir(ground.c_str(), 0755), "mkdir");
  toolkit::mount("tmpfs", ground, "tmpfs", 0);
  const std::string kept = ground + "/mnt";
  CHECK_THROWS_WITH_AS(toolkit::persist(open_namespace(::getpid(), Ns::mount), kept),
                       ("mount '" + kept + "': Invalid argument").c_str(), SystemError);
  CHECK(::access(kept.c_str(), F_OK) == -1);

  toolkit::set_propagation(ground, toolkit::Propagation::shared);
  Process younger = hold(Ns::mount);
  const Fd mounts = open_namespace(younger.pid(), Ns::mount);
  CHECK_THROWS_AS(toolkit::persist(mounts, kept), SystemError);
  CHECK(::access(kept.c_str(), F_OK) == -1);

  toolkit::set_propagation(ground, toolkit::Propagation::private_);
  toolkit::persist(mounts, kept);
  younger.signal(SIGKILL);
  younger.wait();
  CHECK(namespace_id(open_namespace_at(kept, Ns::mount)) == namespace_id(mounts));
  toolkit::forget(kept);
  toolkit::unmount(ground);
}

void join_several() {
  Process holder = hold(Ns::user | Ns::mount | Ns::uts | Ns::ipc | Ns::net | Ns::pid);
  const pid_t host = holder.pid();
  in_child([&] {
    toolkit::enter_of(holder.pidfd(), Ns::user | Ns::uts | Ns::net | Ns::pid);
    for (const Ns kind : {Ns::user, Ns::uts, Ns::net}) {
      CHECK(namespace_id(::getpid(), kind) == namespace_id(host, kind));
    }
    CHECK(namespace_id(::getpid(), Ns::ipc) != namespace_id(host, Ns::ipc));
    CHECK(namespace_id(::getpid(), Ns::pid) != namespace_id(host, Ns::pid));
    in_child([] { CHECK(::getpid() == 2); });  // children alone enter a pid namespace
    toolkit::set_hostname("joined");           // root there
    CHECK(hostname() == "joined");
  });
}

/// Nothing is joined where one of them can't be.
void join_none() {
  Process holder = hold(Ns::uts | Ns::ipc);
  in_child([&] {
    const ino_t before = namespace_id(::getpid(), Ns::uts);
    // Its user namespace is the one this process is in, which can't be entered again.
    CHECK_THROWS_WITH_AS(toolkit::enter_of(holder.pidfd(), Ns::uts | Ns::user),
                         "setns 'pidfd': Invalid argument", SystemError);
    CHECK(namespace_id(::getpid(), Ns::uts) == before);
    toolkit::enter_of(holder.pidfd(), Ns::uts | Ns::ipc);
    CHECK(namespace_id(::getpid(), Ns::uts) == namespace_id(holder.pid(), Ns::uts));
  });
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("namespaces: one that is persistent outlives its processes [userns]") {
    NEEDS_USER_NAMESPACES();
    in_both(Ns::none, keep_a_name);
  }

  TEST_CASE(
      "namespaces: a mount namespace is kept on a private place, and not in itself [userns]") {
    NEEDS_USER_NAMESPACES();
    in_both(Ns::none, keep_mounts);
  }

  TEST_CASE("namespaces: several are joined at once by a pidfd [userns]") {
    NEEDS_USER_NAMESPACES();
    in_both(Ns::none, join_several);
  }

  TEST_CASE("namespaces: of several all are joined or none [userns]") {
    NEEDS_USER_NAMESPACES();
    in_both(Ns::none, join_none);
  }

  TEST_CASE("namespaces: what is no namespace, or another kind, is told by its path [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::uts, [] {
      CHECK(namespace_id(open_namespace_at("/proc/self/ns/uts", Ns::uts)) ==
            namespace_id(::getpid(), Ns::uts));
      CHECK_THROWS_WITH_AS(static_cast<void>(open_namespace_at("/proc/self/ns/uts", Ns::ipc)),
                           "'/proc/self/ns/uts' is a namespace of another kind than ipc",
                           std::runtime_error);
      CHECK_THROWS_WITH_AS(static_cast<void>(open_namespace_at("/dev/null", Ns::uts)),
                           "'/dev/null' is no namespace", std::runtime_error);
      CHECK_THROWS_AS(static_cast<void>(open_namespace_at("/nosuch", Ns::uts)), SystemError);
      const TempDir place;
      check(::mkfifo(place.at("fifo").c_str(), 0600), "mkfifo");
      CHECK_THROWS_AS(static_cast<void>(open_namespace_at(place.at("fifo"), Ns::uts)),
                      std::runtime_error);
    });
  }

  TEST_CASE("namespaces: the owner is the user namespace in which one was made [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::uts, [] {
      const Fd uts = open_namespace(::getpid(), Ns::uts);
      CHECK(namespace_id(toolkit::owner_of(uts)) == namespace_id(::getpid(), Ns::user));
      const Fd users = open_namespace(::getpid(), Ns::user);
      CHECK_THROWS_WITH_AS(static_cast<void>(toolkit::owner_of(users)),
                           "NS_GET_USERNS: Operation not permitted", SystemError);
    });
  }
}
