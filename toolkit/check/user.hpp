#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit::checks {

class Machine;

/// Ids that a machine lends to a user. See subuid(5).
struct SubordinateIds {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// Somebody on a machine who is not its root: no capability, and one directory of their own.
struct User {
  std::string name;
  std::string home;  ///< where their programs start
  uid_t uid = 0;     ///< as they see themselves
  gid_t gid = 0;
  std::vector<gid_t> groups = {};  ///< supplementary
  uid_t outside_uid = 0;           ///< as the checker sees them
  gid_t outside_gid = 0;
  int depth = 0;  ///< how many user namespaces below the machine's their programs start
  SubordinateIds subuids = {};  ///< none when the count is 0; then the next two say why
  SubordinateIds subgids = {};
  std::string no_ranges = {};
  std::string remedy = {};
};

/// Adds a user to a machine, with random ids, and with newuidmap(1) and ranges where the machine has as
/// many ids. A machine with one id gives that to its root: there the user is the same id under another
/// number, in a user namespace that was made for it, and without any power over the machine.
User make_user(Machine& machine);

/// Numbers of users as the checker sees them, in one line, as the user's own machine has them.
std::string uids_there(const User& user, std::string_view seen);
/// The same for groups.
std::string gids_there(const User& user, std::string_view seen);

/// Turns the calling process, which is a machine's root, into a user, at their home. The exec that
/// follows leaves no capability.
void become(const User& user);

}  // namespace toolkit::checks
