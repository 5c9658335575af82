#pragma once

#include "toolkit/kernel/fd.hpp"

namespace toolkit {

/// The hop as a file that nobody can write: a sealed memfd, or, where vm.memfd_noexec forbids to
/// execute one, a file on a detached read-only filesystem. See memfd_create(2) and F_ADD_SEALS.
Fd make_hop();

}  // namespace toolkit
