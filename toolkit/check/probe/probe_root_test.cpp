#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toolkit/check/probe/test_talk.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::Ns;
using toolkit::test::inside;
using toolkit::test::make_bare_root;
using toolkit::test::Talk;
using toolkit::test::TempDir;

namespace {

/// A secret outside of a bare root; the probe is to find it by the path it has outside.
class Prison {
 public:
  Prison() {
    toolkit::check(::mkdir(root().c_str(), 0755), "mkdir", root());
    make_bare_root(root());
    place_.file("secret", "acorn\n");
  }
  [[nodiscard]] std::string root() const { return place_.at("root"); }
  [[nodiscard]] std::string secret() const { return place_.at("secret"); }
  void make_entry(const std::string& name) const {
    toolkit::check(::mkdir((root() + "/" + name).c_str(), 0755), "mkdir", name);
  }

 private:
  TempDir place_;
};

/// Makes a directory the root as one should: nothing of the old one is in reach.
void pivot_to(const std::string& root) {
  toolkit::set_propagation("/", toolkit::Propagation::private_);
  toolkit::bind(root, root);
  toolkit::check(::chdir(root.c_str()), "chdir", root);
  toolkit::pivot_root_here();
  toolkit::unmount(".", toolkit::Detach::yes);
}

/// A probe in that root, made so by `jail`.
Talk imprisoned(const std::function<void()>& jail) {
  return Talk({.program = "/probe", .before = jail});
}

void chroot_to(const std::string& root) { toolkit::check(::chroot(root.c_str()), "chroot", root); }

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("probe: works in a root that holds nothing else [userns]") {
    NEEDS_USER_NAMESPACES();
    const Prison prison;
    inside(Ns::mount | Ns::pid, [&] {
      Talk probe = imprisoned([&] { pivot_to(prison.root()); });
      CHECK(probe.ask("cwd") == "/");
      CHECK(probe.ask("list /") == "probe");
      CHECK(probe.ask("list /proc") == "!ENOENT");
      CHECK(probe.ask("escape " + prison.secret()) == "no");
      CHECK(probe.ask("list /") == "probe");
    });
  }

  TEST_CASE("probe: gets out of a chroot by another one and leaves no trace [userns]") {
    NEEDS_USER_NAMESPACES();
    const Prison prison;
    inside(Ns::mount | Ns::pid, [&] {
      Talk probe = imprisoned([&] {
        chroot_to(prison.root());
        toolkit::check(::chdir("/"), "chdir");
      });
      CHECK(probe.ask("escape " + prison.secret()) == "ok chroot acorn");
      CHECK(probe.ask("escape-dot-dot " + prison.secret()) == "no");
      CHECK(probe.ask("list /") == "probe");
      CHECK(probe.ask("cwd") == "/");
    });
  }

  TEST_CASE("probe: uses a directory that is there for its second chroot [userns]") {
    NEEDS_USER_NAMESPACES();
    const Prison prison;
    prison.make_entry("etc");
    inside(Ns::mount | Ns::pid, [&] {
      Talk probe = imprisoned([&] {
        toolkit::set_propagation("/", toolkit::Propagation::private_);
        toolkit::bind(prison.root(), prison.root());
        toolkit::remount_read_only(prison.root());
        chroot_to(prison.root());
        toolkit::check(::chdir("/"), "chdir");
      });
      CHECK(probe.ask("escape-chroot " + prison.secret()) == "ok chroot acorn");
    });
  }

  TEST_CASE("probe: climbs from a working directory that was left outside [userns]") {
    NEEDS_USER_NAMESPACES();
    const Prison prison;
    inside(Ns::mount | Ns::pid, [&] {
      Talk probe = imprisoned([&] {
        toolkit::check(::chdir("/usr"), "chdir");
        chroot_to(prison.root());
      });
      CHECK(probe.ask("cwd").starts_with("(unreachable)"));
      CHECK(probe.ask("escape " + prison.secret()) == "ok dot-dot acorn");
    });
  }

  TEST_CASE("probe: climbs onto an old root that was not let go [userns]") {
    NEEDS_USER_NAMESPACES();
    const Prison prison;
    inside(Ns::mount | Ns::pid, [&] {
      Talk probe = imprisoned([&] {
        toolkit::set_propagation("/", toolkit::Propagation::private_);
        toolkit::bind(prison.root(), prison.root());
        toolkit::check(::chdir(prison.root().c_str()), "chdir");
        toolkit::pivot_root_here();
      });
      CHECK(probe.ask("escape " + prison.secret()) == "ok dot-dot acorn");
    });
  }

  TEST_CASE("probe: uses a descriptor of a directory outside [userns]") {
    NEEDS_USER_NAMESPACES();
    const Prison prison;
    inside(Ns::mount | Ns::pid, [&] {
      Talk probe = imprisoned([&] {
        const toolkit::Fd outside = toolkit::open_file("/usr", O_PATH | O_DIRECTORY);
        toolkit::check(::dup2(outside.get(), 5), "dup2");
        pivot_to(prison.root());
      });
      // the old root was detached, but it goes on for who holds a directory of it
      CHECK(probe.ask("escape-descriptor " + prison.secret()) == "ok descriptor acorn");
      CHECK(probe.ask("escape-chroot " + prison.secret()) == "no");
    });
  }

  TEST_CASE("probe: looks through the root of PID 1, with a proc of its own [userns]") {
    NEEDS_USER_NAMESPACES();
    const Prison prison;
    prison.make_entry("proc");
    inside(Ns::mount | Ns::pid, [&] {
      // PID 1 here is this process, whose root is the one outside
      const auto jail = [&](const std::function<void()>& before) {
        return imprisoned([&] {
          toolkit::unshare(Ns::mount);
          before();
          pivot_to(prison.root());
        });
      };
      Talk with_proc = jail([&] { toolkit::mount("proc", prison.root() + "/proc", "proc", 0); });
      CHECK(with_proc.ask("escape-proc " + prison.secret()) == "ok proc acorn");
      // no proc in the root: nothing fully visible is left, so the kernel refuses a new one
      Talk without = jail([] {});
      CHECK(without.ask("escape-proc " + prison.secret()) == "no");
      CHECK(without.ask("list /proc").empty());
      Talk with_chroot = imprisoned([&] {
        chroot_to(prison.root());
        toolkit::check(::chdir("/"), "chdir");
      });
      CHECK(with_chroot.ask("escape-proc " + prison.secret()) == "ok proc acorn");
      CHECK(with_chroot.ask("list /proc").empty());
    });
  }

  TEST_CASE("probe: names the host and mounts where it may [userns]") {
    NEEDS_USER_NAMESPACES();
    const TempDir place;
    inside(Ns::uts | Ns::mount, [&] {
      Talk probe;
      CHECK(probe.ask("sethostname oak") == "ok");
      CHECK(probe.ask("hostname") == "oak");
      CHECK(probe.ask("sethostname " + std::string(65, 'h')) == "EINVAL");
      CHECK(probe.ask("mount-tmpfs " + place.path()) == "ok");
      CHECK(probe.ask("mount-tmpfs /none") == "ENOENT");
    });
    inside(Ns::none, [] {
      Talk probe;
      CHECK(probe.ask("sethostname oak") == "EPERM");
      CHECK(probe.ask("mount-tmpfs /tmp") == "EPERM");
    });
  }

  TEST_CASE("probe: gives away what it owns, and tells whom it may signal [userns]") {
    NEEDS_USER_NAMESPACES();
    const TempDir place;
    const std::string mine = place.file("mine", "x");
    inside(Ns::none, [&] {  // root of one id
      Talk probe;
      CHECK(probe.ask("owner " + mine) == "0 0");
      CHECK(probe.ask("owner " + place.at("none")) == "!ENOENT");
      CHECK(probe.ask("chown 0 " + mine) == "ok");
      CHECK(probe.ask("chown 1 " + mine) == "EINVAL");
      CHECK(probe.ask("chown x " + mine) == "!EINVAL");
      CHECK(probe.ask("may-signal " + std::to_string(::getpid())) == "ok");
      CHECK(probe.ask("may-signal 0") == "!EINVAL");
      CHECK(probe.ask("may-signal 99999999") == "ESRCH");
    });
  }

  TEST_CASE("probe: PID 1 survives its own signals, but no fault [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::none, [] {
      toolkit::unshare(Ns::pid);
      Talk probe;
      CHECK(probe.hello() == "hello k2x9 1");
      CHECK(probe.told_pid() == probe.process().pid());
      CHECK(probe.ask("kill 15") == "alive");
      CHECK(probe.ask("kill 9") == "alive");
      CHECK(probe.ask("kill 11").empty());
      CHECK(probe.process().wait().shell_code() == 128 + SIGSEGV);
    });
  }
}
