#pragma once

#include <string>
#include <vector>

#include "toolkit/kernel/users.hpp"

namespace toolkit {

/// Which user namespace a container is to have.
struct UserWish {
  enum class Kind {
    automatic,  ///< the host's for root, one of its own for everybody else
    host,
    private_,  ///< its own, with all ids that the caller may give
    keep_id,   ///< its own, in which the caller has the number that it has outside
    mapped,    ///< its own, with the ids of --uidmap and --gidmap
    joined,    ///< somebody else's
  };
  Kind kind = Kind::automatic;
  std::vector<IdMap> uids = {};  ///< of `mapped`
  std::vector<IdMap> gids = {};
  std::string path = {};  ///< of `joined`
};

/// --userns, and each --uidmap and --gidmap; the one map is the other's too, where that is not given.
/// Pure. Throws std::runtime_error with the option and what is wrong.
UserWish parse_user_wish(const std::string& userns, const std::vector<std::string>& uidmaps,
                         const std::vector<std::string>& gidmaps);

}  // namespace toolkit
