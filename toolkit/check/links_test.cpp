#include "toolkit/check/links.hpp"

#include <doctest/doctest.h>
#include <net/if.h>
#include <unistd.h>

#include "toolkit/check/sockets.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

constexpr int kPort = 8080;

/// A veth pair, or nothing where the kernel has none.
bool has_veth() {
  try {
    make_veth("probed0", "probed1");
    return true;
  } catch (const SystemError& error) {
    return error.number() != EOPNOTSUPP;
  }
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("links: a new network namespace has lo, which is down and has no address") {
    NEEDS_USER_NAMESPACES();
    test::inside(Ns::net, [] {
      CHECK(links_here() == std::vector<Link>{{.index = 1, .name = "lo"}});
      CHECK(routes_here().empty());
      CHECK(to_text(links_here()) == "lo, down");
    });
  }

  TEST_CASE("links: once lo is up, the kernel has given it its addresses") {
    NEEDS_USER_NAMESPACES();
    test::inside(Ns::net, [] {
      set_link("lo", LinkState::up);
      const std::vector<Link> links = links_here();
      REQUIRE(links.size() == 1);
      CHECK(links.front().up);
      REQUIRE(!links.front().addresses.empty());
      CHECK(links.front().addresses.front() == "127.0.0.1/8");
      set_link("lo", LinkState::down);
      CHECK(!links_here().front().up);
    });
  }

  TEST_CASE("links: those of another process are read in its namespace") {
    NEEDS_USER_NAMESPACES();
    test::inside(Ns::net | Ns::mount, [] {
      Gate gate;
      const Process other = Process::spawn({.namespaces = Ns::net}, [&gate] { gate.wait(); });
      set_link("lo", LinkState::up);
      CHECK(links_here().front().up);
      CHECK(links_of(other.pid()) == std::vector<Link>{{.index = 1, .name = "lo"}});
      CHECK(links_of(::getpid()) == links_here());
    });
  }

  TEST_CASE("links: a pair of devices appears, and an error names what it was about") {
    NEEDS_USER_NAMESPACES();
    test::inside(Ns::net, [] {
      SKIP_UNLESS(has_veth(), "this kernel has no veth devices");
      make_veth("cask", "barrel");
      CHECK(link_named(links_here(), "cask") != nullptr);
      CHECK(link_named(links_here(), "barrel") != nullptr);
      CHECK(link_named(links_here(), "keg") == nullptr);
      CHECK_THROWS_WITH(make_veth("cask", "keg"), "rtnetlink 'cask': File exists");
      CHECK_THROWS_WITH(set_link("keg", LinkState::up), "rtnetlink 'keg': No such device");
    });
  }

  TEST_CASE("links: a flag that is raised is told by name, and leaves the others") {
    NEEDS_USER_NAMESPACES();
    test::inside(Ns::net, [] {
      SKIP_UNLESS(has_veth(), "this kernel has no veth devices");
      make_veth("cask", "barrel");
      CHECK(settings_of(links_here(), "cask") == "MULTICAST");
      CHECK(settings_of(links_here(), "lo") == "none");
      CHECK(settings_of(links_here(), "keg") == "it is not there");
      raise_flags("cask", IFF_NOARP);
      CHECK(settings_of(links_here(), "cask") == "NOARP, MULTICAST");
      set_link("cask", LinkState::up);
      CHECK(settings_of(links_here(), "cask") == "NOARP, MULTICAST");
      CHECK(links_from_text(links_as_text(links_here())) == links_here());
      CHECK(is_up_with(links_from_text("3 up 0 cask 10.0.0.2/24"), "cask", "10.0.0.2/24"));
      CHECK(!is_up_with(links_from_text("3 down 0 cask 10.0.0.2/24"), "cask", "10.0.0.2/24"));
      CHECK(!is_up_with(links_from_text("3 up 0 cask"), "cask", "10.0.0.2/24"));
    });
  }

  TEST_CASE("sockets: nobody, somebody, and somebody in another namespace") {
    NEEDS_USER_NAMESPACES();
    test::inside(Ns::net, [] {
      CHECK(connect_to(kPort) == "ENETUNREACH");
      set_link("lo", LinkState::up);
      CHECK(connect_to(kPort) == "ECONNREFUSED");
      CHECK(connect_to_abstract("cellar") == "ECONNREFUSED");
      const Fd here = listen_on(kPort);
      const Fd named = listen_on_abstract("cellar");
      CHECK(connect_to(kPort) == "ok");
      CHECK(connect_to_abstract("cellar") == "ok");
      unshare(Ns::net);
      CHECK(connect_to_abstract("cellar") == "ECONNREFUSED");
      set_link("lo", LinkState::up);
      CHECK(connect_to(kPort) == "ECONNREFUSED");
    });
  }

  TEST_CASE("sockets: one made elsewhere belongs there") {
    NEEDS_USER_NAMESPACES();
    test::inside(Ns::net | Ns::mount, [] {
      const auto elsewhere = [](const std::function<std::string()>& body) {
        Process child = Process::spawn({.namespaces = Ns::net}, [&body] {
          set_link("lo", LinkState::up);
          body();
        });
        child.await_exec();
      };
      set_link("lo", LinkState::up);
      const Fd socket = made_elsewhere(elsewhere, [] { return listen_on(kPort); });
      REQUIRE(socket);
      CHECK(connect_to(kPort) == "ECONNREFUSED");
    });
  }
}

}  // namespace toolkit::checks
