#pragma once

#include <string>

#include "toolkit/container/plan.hpp"

namespace toolkit {

/// The file that a command's first word means in this root, found as execvp(3) does by the PATH of
/// `env`. Throws SystemError "command" with ENOENT (127 to a shell) or EACCES (126).
std::string find_command(const Command& command);

/// Becomes the command, by way of the hop: a file that make_hop() gave. When the file can't be
/// executed, the hop tells `errors` so, as an error of "exec". `errors` is handed over the
/// first exec and closes with the second. Throws SystemError "exec". See execveat(2).
[[noreturn]] void become_command(const Command& command, FdRef hop, FdRef errors);

}  // namespace toolkit
