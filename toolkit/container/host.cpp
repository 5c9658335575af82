#include "toolkit/container/host.hpp"

#include <linux/capability.h>

#include <stdexcept>

namespace toolkit {

Host probe_host(const std::string& base, UserNamespace wanted) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  const CapSet held = current_capabilities().effective;
  // Not "is it uid 0": in many sandboxes root lacks the one capability that all of this takes.
  const bool privileged = held.contains(CAP_SYS_ADMIN);
  if (!privileged && wanted == UserNamespace::host) {
    throw std::runtime_error(
        "--userns host: without CAP_SYS_ADMIN a container needs a user namespace of its own");
  }
  Host host{.base = base, .capabilities = held};
  if (!privileged) host.id_maps = maps_of_caller();
  if (privileged && wanted == UserNamespace::private_) host.id_maps = identity_maps();
  // Whoever makes a user namespace has every capability in it.
  if (host.id_maps) host.capabilities = CapSet(kAll);
  return host;
}

}  // namespace toolkit
