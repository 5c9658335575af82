#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace toolkit::course {

/// Does jobs 0, 1 … count-1, so many at once, each in a process of its own: what starts processes
/// must not have threads. Returns what each job returned, in order; a job that threw, or died, is
/// thrown as std::runtime_error when all have ended. `on_end` gets the number of those that have.
std::vector<std::string> in_parallel(std::size_t count, unsigned at_once,
                                     const std::function<std::string(std::size_t)>& job,
                                     const std::function<void(std::size_t)>& on_end = {});

}  // namespace toolkit::course
