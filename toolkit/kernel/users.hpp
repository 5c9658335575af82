#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit {

/// One line of passwd(5). Read by hand: a static program has no NSS, and the file is a container's.
struct PasswdEntry {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::string home;
};
std::optional<PasswdEntry> find_user(std::string_view passwd, std::string_view name);
std::optional<PasswdEntry> find_user(std::string_view passwd, uid_t uid);

/// Who a container's command runs as.
struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups = {};  ///< supplementary, from the group file
  std::string home = "/";
};
/// "name", "uid", "name:group", "uid:gid" and so on, looked up in the container's own files, as
/// docker has it: a uid that nobody has is fine, a name that nobody has is not.
/// Throws std::runtime_error with the name or the malformed id.
Identity resolve_user(std::string_view wanted, std::string_view passwd, std::string_view group);

/// One line of uid_map: `count` ids from `inside` on are those from `outside` on. See
/// user_namespaces(7).
struct IdMap {
  std::uint32_t inside = 0;
  std::uint32_t outside = 0;
  std::uint32_t count = 1;
  bool operator==(const IdMap&) const = default;
};

struct IdMaps {
  std::vector<IdMap> uids = {};
  std::vector<IdMap> gids = {};
  /// May groups be dropped inside? Without newgidmap the kernel demands a "deny" first.
  enum class Setgroups { deny, allow } setgroups = Setgroups::deny;
  /// Written by newuidmap(1) and newgidmap(1), which may give more than one's own id.
  enum class Writer { self, newidmap } writer = Writer::self;

  [[nodiscard]] bool maps_uid(std::uint32_t inside) const;
  [[nodiscard]] bool maps_gid(std::uint32_t inside) const;
};

/// The ranges that subuid(5) or subgid(5) gives a user, by name or number.
std::vector<IdMap> parse_subids(std::string_view file, std::string_view name, uid_t uid);

/// The caller becomes root; with ranges, ids from 1 on are the ranges' in their order.
IdMaps rootless_maps(uid_t uid, gid_t gid, const std::vector<IdMap>& subuids,
                     const std::vector<IdMap>& subgids);
/// What this machine gives the calling user: /etc/subuid and newuidmap(1), or the single id.
IdMaps maps_of_caller();
/// Every id is itself: a user namespace of its own in which no id is another's.
IdMaps identity_maps();

/// The text of a map file: "0 1000 1\n…".
std::string format_map(const std::vector<IdMap>& map);

/// Gives a process in a new user namespace its ids; its parent calls it. Throws SystemError.
void write_id_maps(pid_t pid, const IdMaps& maps);

}  // namespace toolkit
