#pragma once

#include <functional>
#include <string>

#include "toolkit/image/entry.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit {

// Where bytes of strangers are parsed: a process that sees two directories and nothing else, has no
// network, and of root's powers only those that the owners and modes of files take.

inline constexpr const char* kCellLayout = "/layout";    ///< read-only
inline constexpr const char* kCellScratch = "/scratch";  ///< may be written

struct Cell {
  std::string layout = {};   ///< the directory that is /layout in there
  std::string scratch = {};  ///< the one that is /scratch
};

/// The ids that a cell of the calling user has: root and users with ranges have many.
Owners owners_in_cell();

/// Runs body in a cell of its own: mount, net, ipc, uts, pid and cgroup namespaces, without root a
/// user namespace; a root that holds the two directories; no descriptor of a terminal; limits; of
/// the capabilities CHOWN, DAC_OVERRIDE, FOWNER, FSETID and SETFCAP; no_new_privs. There is no way
/// back. What setting it up throws in the child comes out of await_exec(), as what body throws.
Process spawn_in_cell(const Cell& cell, const std::function<void()>& body);

/// Waits for its end. Throws what it threw, or which signal ended it.
void await_success(Process& process);

}  // namespace toolkit
