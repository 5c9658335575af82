#pragma once

#include <string_view>

namespace toolkit::checks {

/// "pivot_root" for 155 on x86_64, 41 on aarch64; empty for a number that is none. See syscalls(2).
std::string_view syscall_name(long number);

/// "EBUSY" for 16; empty for a number that is none. See errno(3).
std::string_view errno_name(int number);

}  // namespace toolkit::checks
