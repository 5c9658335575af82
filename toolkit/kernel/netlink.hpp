#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "toolkit/kernel/fd.hpp"

namespace toolkit {

/// A network device.
struct LinkInfo {
  int index = 0;
  std::string name;
  std::string kind = {};  ///< "veth", "bridge", or empty
  bool up = false;
  int master = 0;                           ///< the index of the bridge it is a port of
  std::vector<std::string> addresses = {};  ///< "10.1.0.2/16"
};

/// A pair of devices that are one cable.
struct Veth {
  std::string name;
  std::string peer;
  std::optional<FdRef> peer_netns = {};  ///< where the peer is made; here, when it is none
  std::string master = {};               ///< a bridge that `name` becomes a port of
};

struct Route {
  std::string to = "default";
  std::string via = {};   ///< a gateway, or none
  std::string link = {};  ///< through which, when there is no gateway
};

enum class LinkState { down, up };

/// One rtnetlink socket; it belongs to the network namespace it was opened in. Requests are gathered
/// and sent in one message by commit(), which reads the answers. See rtnetlink(7). Born in lab 08.
class Netlink {
 public:
  /// Throws SystemError "netlink".
  Netlink();
  Netlink(Netlink&&) noexcept;
  Netlink& operator=(Netlink&&) = delete;
  /// Requests that were not committed are forgotten.
  ~Netlink();

  Netlink& add_dummy(const std::string& name);
  Netlink& add_bridge(const std::string& name);
  Netlink& add_veth(const Veth& pair);
  Netlink& set_state(const std::string& link, LinkState state);
  /// Moves a device into another namespace; it goes down, and its addresses go.
  Netlink& move(const std::string& link, FdRef netns);
  Netlink& remove(const std::string& link);

  // These name a device by its index: it must be there, so what was gathered before is committed first
  // when it is not. Throw SystemError ENODEV.
  Netlink& set_master(const std::string& link, const std::string& bridge);
  /// The device must be down.
  Netlink& rename(const std::string& link, const std::string& name);
  /// "10.1.0.2/16", "fd00::2/64"
  Netlink& add_address(const std::string& link, const std::string& address);
  Netlink& add_route(const Route& route);

  /// All requests are tried, in their order; throws the first refusal as SystemError, with what it was
  /// about: "add veth 'v0': File exists".
  void commit();

  /// What is there now.
  std::vector<LinkInfo> links();
  /// "default via 10.1.0.1", "10.1.0.0/16 dev v0": of the main table.
  std::vector<std::string> routes();

 private:
  int index_of(const std::string& link);

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace toolkit
