#pragma once

#include <string>

#include "toolkit/kernel/ns.hpp"

namespace toolkit {

// Where bytes of strangers are parsed: a process that sees two directories and nothing else, has no
// network, and of root's powers only those that the owners and modes of files take.

/// The namespaces such a process is spawned with; without root, a user namespace besides.
inline constexpr Ns kCellNamespaces =
    Ns::mount | Ns::net | Ns::ipc | Ns::uts | Ns::pid | Ns::cgroup;

inline constexpr const char* kCellLayout = "/layout";    ///< read-only
inline constexpr const char* kCellScratch = "/scratch";  ///< may be written

/// Shuts the calling process in: a root of its own that holds these two directories, no
/// descriptor of a terminal, limits, CHOWN, DAC_OVERRIDE, FOWNER, FSETID and SETFCAP alone, and
/// no_new_privs. To be called by a process in kCellNamespaces that is root there; there is no way
/// back. Throws SystemError.
void enter_cell(const std::string& layout, const std::string& scratch);

}  // namespace toolkit
