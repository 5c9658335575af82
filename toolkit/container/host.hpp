#pragma once

#include <string>

#include "toolkit/container/request.hpp"

namespace toolkit {

enum class UserNamespace {
  automatic,  ///< the host's for root, one of its own for everybody else
  host,
  private_,
};

/// What the calling process may do here, probed before a plan is made. `base` is an empty directory
/// of the caller's. Throws std::runtime_error when the host's user namespace was asked for without
/// the right to it.
Host probe_host(const std::string& base, UserNamespace wanted);

}  // namespace toolkit
