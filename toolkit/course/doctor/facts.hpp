#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "toolkit/course/doctor/trial.hpp"
#include "toolkit/kernel/capabilities.hpp"
#include "toolkit/kernel/users.hpp"

namespace toolkit::course {

/// A device node: not there, there but closed to us, or open.
enum class Device : std::uint8_t { absent, closed, open };

enum class CgroupLayout : std::uint8_t { none, v1, hybrid, v2 };

struct CgroupFacts {
  CgroupLayout layout = CgroupLayout::none;
  std::set<std::string> v1 = {};         ///< controllers with a hierarchy of their own
  std::set<std::string> v2 = {};         ///< controllers our own group can use
  std::set<std::string> v2_root = {};    ///< controllers at the root of the mount
  std::set<std::string> unmounted = {};  ///< known to the kernel, enabled, and mounted nowhere
  bool writable = false;                 ///< may groups be made below our own, in each hierarchy
  bool swap = false;                     ///< the memory controller counts swap
};

struct IdentityFacts {
  std::uint32_t uid = 0;
  std::string user = {};
  CapSet effective = {};
  CapSet bounding = {};
  std::uint32_t last_cap = 40;  ///< the highest capability this kernel knows
  bool no_new_privs = false;
  bool filtered = false;        ///< a seccomp filter is installed
  bool initial_user_ns = true;  ///< no user namespace is around us
  bool chrooted = false;
  std::string apparmor = {};        ///< the profile we run under; empty without AppArmor
  std::vector<IdMap> subuids = {};  ///< what /etc/subuid lends to this user
  std::vector<IdMap> subgids = {};
};

/// Where images lie, or would: the nearest directory that exists.
struct StoreFacts {
  std::string directory = {};
  std::string type = {};  ///< "ext4", "overlay"
  bool on_disk = false;   ///< the filesystem has a block device below
};

struct TerminalFacts {
  bool is_terminal = false;
  unsigned columns = 0;  ///< 0 when unknown
};

/// All that the doctor knows of a machine. gather() fills it, diagnose() judges it.
struct Facts {
  std::string kernel = {};
  std::string machine = {};
  IdentityFacts identity = {};
  /// By their dotted names; one that this kernel hasn't has no entry. See sysctl(8).
  std::map<std::string, std::uint64_t> sysctls = {};
  CgroupFacts cgroup = {};
  StoreFacts store = {};
  Device fuse = Device::absent;  ///< /dev/fuse
  bool pressure = false;         ///< /proc/pressure
  TerminalFacts terminal = {};
  bool has_dnf = false;  ///< Fedora and its kin; apt elsewhere
  bool has_sudo = false;
  std::map<std::string, std::string> tools = {};  ///< name to path, of those found
  /// newuidmap and newgidmap are setuid, or have file capabilities
  bool idmap_tools_privileged = false;
  /// what came of giving a child its ranges: 0 or an errno
  std::optional<int> id_ranges = {};

  int clone3 = 0;                        ///< 0 or an errno
  std::optional<Trial> as_root = {};     ///< Who::self
  std::optional<Trial> rootless = {};    ///< Who::self_rootless
  std::optional<Trial> other_user = {};  ///< Who::other_user
};

}  // namespace toolkit::course
