#pragma once

#include "toolkit/kernel/ns.hpp"

namespace toolkit::checks {

/// Ends the check with SKIP, reason and remedy, when one of these kinds of namespaces can't be made here:
/// the kernel has none, a limit of /proc/sys/user forbids it, or nobody but root may make one. To be
/// called when making one was refused with this errno, or with 0 to have each tried.
void skip_what_lacks(Ns kinds, int error);

}  // namespace toolkit::checks
