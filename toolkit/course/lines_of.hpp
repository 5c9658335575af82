#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/kernel/process.hpp"

namespace toolkit::course {

/// Where a program's stderr goes: to ours, or among the lines of its stdout.
enum class Stderr { ours, among_lines };

/// Runs a program and hands on each line of its stdout as it comes; stdin is empty. An interrupt
/// from the terminal ends the program, not this process. Throws SystemError "exec".
ExitStatus lines_of(const std::vector<std::string>& command,
                    const std::function<void(std::string_view)>& on_line,
                    Stderr errors = Stderr::ours);

}  // namespace toolkit::course
