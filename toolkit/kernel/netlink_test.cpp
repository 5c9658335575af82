#include "toolkit/kernel/netlink.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "toolkit/kernel/capabilities.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace {

using toolkit::Fd;
using toolkit::Gate;
using toolkit::LinkInfo;
using toolkit::LinkState;
using toolkit::Netlink;
using toolkit::Ns;
using toolkit::Process;
using toolkit::SystemError;
using Words = std::vector<std::string>;

/// Runs body as root of a network namespace of its own.
void in_own_stack(const std::function<void()>& body) { toolkit::test::inside(Ns::net, body); }

const LinkInfo* find(const std::vector<LinkInfo>& links, const std::string& name) {
  const auto found = std::find_if(links.begin(), links.end(),
                                  [&name](const LinkInfo& link) { return link.name == name; });
  return found != links.end() ? &*found : nullptr;
}

/// Does the kernel make devices of this kind?
bool knows(const std::string& kind) {
  try {
    Netlink netlink;
    if (kind == "veth") netlink.add_veth({.name = "probed0", .peer = "probed1"});
    if (kind == "bridge") netlink.add_bridge("probed0");
    if (kind == "dummy") netlink.add_dummy("probed0");
    netlink.commit();
    netlink.remove("probed0").commit();
    return true;
  } catch (const SystemError& error) {
    return error.number() != EOPNOTSUPP;
  }
}

/// A network namespace with a child in it, which ends with this object.
struct Neighbour {
  Gate gate;
  Process process = Process::spawn({.namespaces = Ns::net}, [this] { gate.wait(); });
  Fd netns = toolkit::open_namespace(process.pid(), Ns::net);
};

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("netlink: lo comes up, and has its address") {
    NEEDS_USER_NAMESPACES();
    in_own_stack([] {
      Netlink netlink;
      REQUIRE(netlink.links().size() == 1);
      CHECK(!netlink.links().front().up);
      netlink.set_state("lo", LinkState::up).commit();
      CHECK(netlink.links().front().up);
      CHECK(netlink.links().front().addresses.front() == "127.0.0.1/8");
      netlink.set_state("lo", LinkState::down).commit();
      CHECK(!netlink.links().front().up);
    });
  }

  TEST_CASE("netlink: nothing happens before commit") {
    NEEDS_USER_NAMESPACES();
    in_own_stack([] {
      Netlink netlink;
      netlink.set_state("lo", LinkState::up);
      CHECK(!netlink.links().front().up);
      netlink.commit();
      CHECK(netlink.links().front().up);
      netlink.commit();  // nothing is gathered any more
    });
  }

  TEST_CASE("netlink: a socket belongs to the namespace it was opened in") {
    NEEDS_USER_NAMESPACES();
    in_own_stack([] {
      Netlink before;
      toolkit::unshare(Ns::net);
      Netlink after;
      before.set_state("lo", LinkState::up).commit();
      CHECK(before.links().front().up);
      CHECK(!after.links().front().up);
    });
  }

  TEST_CASE("netlink: a pair of devices, one end of it in another namespace") {
    NEEDS_USER_NAMESPACES();
    in_own_stack([] {
      SKIP_UNLESS(knows("veth"), "this kernel has no veth devices");
      const Neighbour neighbour;
      Netlink here;
      here.add_veth({.name = "cask", .peer = "barrel", .peer_netns = neighbour.netns});
      here.set_state("cask", LinkState::up).commit();
      REQUIRE(find(here.links(), "cask") != nullptr);
      CHECK(find(here.links(), "cask")->up);
      CHECK(find(here.links(), "cask")->kind == "veth");
      CHECK(find(here.links(), "barrel") == nullptr);
      toolkit::enter(neighbour.netns, Ns::net);
      Netlink there;
      CHECK(find(there.links(), "barrel") != nullptr);
      here.remove("cask").commit();
      CHECK(find(there.links(), "barrel") == nullptr);
    });
  }

  TEST_CASE("netlink: a bridge gets its ports, by creation and later") {
    NEEDS_USER_NAMESPACES();
    in_own_stack([] {
      SKIP_UNLESS(knows("veth") && knows("bridge"), "this kernel has no veth or no bridge");
      Netlink netlink;
      netlink.add_bridge("rack");
      netlink.add_veth({.name = "one", .peer = "other", .master = "rack"});
      netlink.set_master("other", "rack").commit();
      const std::vector<LinkInfo> links = netlink.links();
      const int rack = find(links, "rack")->index;
      CHECK(find(links, "rack")->kind == "bridge");
      CHECK(find(links, "one")->master == rack);
      CHECK(find(links, "other")->master == rack);
    });
  }

  TEST_CASE("netlink: a device is renamed, and moved with its new name") {
    NEEDS_USER_NAMESPACES();
    in_own_stack([] {
      SKIP_UNLESS(knows("veth"), "this kernel has no veth devices");
      const Neighbour neighbour;
      Netlink netlink;
      netlink.add_veth({.name = "cask", .peer = "barrel"});
      netlink.rename("barrel", "eth0").move("eth0", neighbour.netns).commit();
      CHECK(find(netlink.links(), "barrel") == nullptr);
      CHECK(find(netlink.links(), "eth0") == nullptr);
      toolkit::enter(neighbour.netns, Ns::net);
      CHECK(find(Netlink().links(), "eth0") != nullptr);
    });
  }

  TEST_CASE("netlink: addresses and routes of both families") {
    NEEDS_USER_NAMESPACES();
    in_own_stack([] {
      SKIP_UNLESS(knows("veth"), "this kernel has no veth devices");
      Netlink netlink;
      netlink.add_veth({.name = "cask", .peer = "barrel"}).set_state("cask", LinkState::up);
      netlink.set_state("barrel", LinkState::up);
      netlink.add_address("cask", "10.1.0.2/16").add_address("cask", "fd00::2/64");
      netlink.add_route({.via = "10.1.0.1"}).add_route({.to = "10.9.0.0/24", .link = "cask"});
      netlink.commit();
      const Words addresses = find(netlink.links(), "cask")->addresses;
      CHECK(std::count(addresses.begin(), addresses.end(), "10.1.0.2/16") == 1);
      CHECK(std::count(addresses.begin(), addresses.end(), "fd00::2/64") == 1);
      const Words routes = netlink.routes();
      for (const std::string route :
           {"default via 10.1.0.1 dev cask", "10.1.0.0/16 dev cask", "10.9.0.0/24 dev cask"}) {
        CAPTURE(route);
        CHECK(std::count(routes.begin(), routes.end(), route) == 1);
      }
    });
  }

  TEST_CASE("netlink: a refusal names what it was about, and the others are done") {
    NEEDS_USER_NAMESPACES();
    in_own_stack([] {
      Netlink netlink;
      netlink.set_state("keg", LinkState::up).set_state("lo", LinkState::up);
      CHECK_THROWS_WITH_AS(netlink.commit(), "set up 'keg': No such device", SystemError);
      CHECK(netlink.links().front().up);
      CHECK_THROWS_WITH_AS(netlink.add_address("keg", "10.1.0.2/16"),
                           "device 'keg': No such device", SystemError);
      CHECK_THROWS_AS(netlink.add_address("lo", "10.1.0"), SystemError);
      CHECK_THROWS_WITH_AS(netlink.remove("a-name-that-is-too-long"),
                           "device 'a-name-that-is-too-long': Invalid argument", SystemError);
      netlink.add_address("lo", "10.1.0.2/16").add_address("lo", "10.1.0.2/16");
      CHECK_THROWS_WITH_AS(netlink.commit(), "add address '10.1.0.2/16 to lo': File exists",
                           SystemError);
    });
  }

  TEST_CASE("netlink: without the capability a request is refused, and a look is not") {
    NEEDS_USER_NAMESPACES();
    in_own_stack([] {
      toolkit::set_capabilities({});
      Netlink netlink;
      CHECK(netlink.links().size() == 1);
      netlink.set_state("lo", LinkState::up);
      CHECK_THROWS_WITH_AS(netlink.commit(), "set up 'lo': Operation not permitted", SystemError);
    });
  }

  TEST_CASE("netlink: more requests than one message holds are all answered") {
    NEEDS_USER_NAMESPACES();
    in_own_stack([] {
      Netlink netlink;
      constexpr int kMany = 200;
      for (int i = 0; i < kMany; ++i) {
        netlink.add_address("lo", "10.1.0." + std::to_string(i) + "/32");
      }
      netlink.commit();
      CHECK(netlink.links().front().addresses.size() == kMany);
    });
  }

  TEST_CASE("netlink: a dummy device") {
    NEEDS_USER_NAMESPACES();
    in_own_stack([] {
      SKIP_UNLESS(knows("dummy"), "this kernel has no dummy devices");
      Netlink netlink;
      netlink.add_dummy("cask").commit();
      CHECK(find(netlink.links(), "cask")->kind == "dummy");
    });
  }
}
