#pragma once

#include "toolkit/kernel/users.hpp"

namespace toolkit::checks {

/// The ids of a machine's user namespace. Root gives it a range that is nobody's, so that its root owns
/// nothing of the host; a user gives what he has, ranges or the one id. See user_namespaces(7).
IdMaps machine_ids();

}  // namespace toolkit::checks
