#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/kernel/process.hpp"

namespace toolkit::course {

/// Runs a program and hands on each line of its stdout as it comes; stdin is empty, stderr is ours.
/// An interrupt from the terminal ends the program, not this process. Throws SystemError "exec".
ExitStatus lines_of(const std::vector<std::string>& command,
                    const std::function<void(std::string_view)>& on_line);

}  // namespace toolkit::course
