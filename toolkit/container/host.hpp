#pragma once

#include <string>

#include "toolkit/container/request.hpp"
#include "toolkit/container/user_wish.hpp"

namespace toolkit {

/// What the calling process may do here, probed before a plan is made. `base` is an empty directory
/// of the caller's. Throws std::runtime_error when the host's user namespace was asked for without
/// the right to it, or ids that are not the caller's.
Host probe_host(const std::string& base, const UserWish& wish);

/// Completes a request for this host: the user namespace among what is joined, in the order in which
/// setns(2) takes them, and the owners of the root. Throws std::runtime_error for a namespace that is none,
/// or that belongs to another user namespace, and for a root whose files would be nobody's.
void fit(Request& request, const Host& host, const UserWish& wish);

}  // namespace toolkit
