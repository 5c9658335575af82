#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace toolkit::test {

/// The calls that `cooper run --plan` prints, without the reasons.
std::vector<std::string> planned_calls(std::string_view plan);

/// What to ask strace for: all that a plan speaks of, and all that it would have to.
std::string traced_names();

/// What strace wrote of a start, one text a process in the order in which they were made (`cooper`,
/// the container's first process, with --init the command), as the calls that a plan would print:
/// descriptors by the names of what they are, pointers and what the C library adds left out. A call that
/// changes something and that no plan knows of stays as it is.
std::vector<std::string> done_calls(const std::vector<std::string>& traces);

}  // namespace toolkit::test
