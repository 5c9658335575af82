#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace toolkit::checks {

/// A network device, as the kernel tells it. See rtnetlink(7).
struct Link {
  int index = 0;
  std::string name;
  bool up = false;
  unsigned settings = 0;  ///< its other flags that can be set: IFF_NOARP, IFF_MULTICAST, …
  std::vector<std::string> addresses = {};  ///< "127.0.0.1/8", "::1/128"
  bool operator==(const Link&) const = default;
};

// What is in the network namespace that the caller is in, by dumps of a socket of its own.
std::vector<Link> links_here();
/// "10.1.0.0/16 by eth0", of every table but that of the machine's own addresses.
std::vector<std::string> routes_here();

std::vector<Link> links_of(pid_t pid);
/// For the way from a child: a line a link, and back.
std::string links_as_text(const std::vector<Link>& links);
std::vector<Link> links_from_text(const std::string& text);
/// nullptr when there is none of this name.
const Link* link_named(const std::vector<Link>& links, std::string_view name);
bool is_up_with(const std::vector<Link>& links, std::string_view name, std::string_view address);
/// "NOARP, MULTICAST", or "none"
std::string settings_of(const std::vector<Link>& links, std::string_view name);
/// "lo, down; eth0, up: 10.1.0.2/16"
std::string to_text(const std::vector<Link>& links);

// What changes it; where the kernel knows no such devices, SystemError EOPNOTSUPP.

/// A pair of devices that are one cable.
void make_veth(const std::string& name, const std::string& peer);
enum class LinkState { down, up };
void set_link(const std::string& name, LinkState state);
/// Sets these flags, and leaves the others as they are.
void raise_flags(const std::string& name, unsigned flags);
/// Of a link that is down.
void rename_link(const std::string& name, const std::string& to);

}  // namespace toolkit::checks
