#pragma once

#include <string>
#include <vector>

#include "toolkit/container/plan.hpp"
#include "toolkit/container/sharing.hpp"
#include "toolkit/container/sysctl.hpp"
#include "toolkit/container/zone.hpp"
#include "toolkit/kernel/capabilities.hpp"
#include "toolkit/kernel/rootfs.hpp"
#include "toolkit/kernel/users.hpp"

namespace toolkit {

/// How a directory becomes the container's root.
enum class RootKind {
  overlay,   ///< below a writable layer that ends with the container
  in_place,  ///< itself: what the container writes stays there
  copy,      ///< copied to memory first, where the host has no overlay
};

/// Whose the files of the root are in the container.
enum class RootOwners {
  as_on_disk,
  mapped,  ///< an id of the disk is the same number inside: by an idmapped mount
};

enum class Access { read_write, read_only };

/// A place of the host shown in the container (`-v SRC:DST[:OPTIONS]`).
struct Volume {
  std::string source;
  std::string target;
  Access access = Access::read_write;
  EntryKind kind = EntryKind::directory;
  /// Device nodes of the host work only in a volume that is one.
  bool device = false;
  Recurse recurse = Recurse::yes;  ///< with what is mounted below the source
  /// MOUNT_ATTR_ flags that were asked for besides.
  std::uint64_t attributes = 0;
  /// slave: what is mounted below the source later appears; shared: and the other way round.
  Propagation propagation = Propagation::private_;
};

/// A filesystem in memory (`--tmpfs DST[:OPTIONS]`).
struct Tmpfs {
  std::string target;
  unsigned long flags = 0;
  std::string data = {};
};

/// The files below /etc that a container gets for its own, by content.
struct EtcFiles {
  std::string hosts = {};
  std::string hostname = {};
  std::string resolv_conf = {};
};

enum class Input { none, inherit };  ///< without -i, stdin is /dev/null
enum class Terminal { none, own };   ///< -t

/// What somebody wants to be started. Everything is looked up already; nothing is done yet.
struct Request {
  std::string root;
  RootKind root_kind = RootKind::overlay;
  RootOwners root_owners = RootOwners::as_on_disk;
  Access root_access = Access::read_write;
  std::string hostname = {};
  EtcFiles etc = {};
  std::vector<Volume> volumes = {};
  std::vector<Tmpfs> tmpfs = {};
  Identity user = {};
  std::string working_directory = "/";
  Command command = {};
  Input input = Input::none;
  Terminal terminal = Terminal::none;
  Sharing sharing = {};
  std::vector<Sysctl> sysctls = {};
  std::optional<Zone> zone = {};
};

/// Whose user namespace a container is in.
enum class Users { host, own, joined };
/// As whom its root is put together: the caller may be no id of the user namespace at all.
enum class Builder { caller, root };

/// What the machine is, as far as a plan depends on it.
struct Host {
  /// An empty directory of ours; in the container's mount namespace its filesystems come to lie there.
  std::string base;
  Users users = Users::host;
  /// What holds in the container's user namespace, where that is not the caller's.
  std::optional<IdMaps> id_maps = {};
  Builder builder = Builder::caller;
  /// What the caller may give away; a capability that it lacks is left out.
  CapSet capabilities = {};
};

/// The plan of a start: pure, so it can be printed, compared and tested without a kernel.
/// Throws std::runtime_error for what can't be had, such as a user that no id map has.
Plan plan_start(const Request& request, const Host& host);

}  // namespace toolkit
