#pragma once

#include <sys/resource.h>

namespace toolkit {

/// Sets a resource's soft and hard limit to `most`, or to the hard limit that is there already when that
/// is lower: raising one again takes CAP_SYS_RESOURCE. `name` is what an error calls it. See setrlimit(2).
void lower_limit(int resource, rlim_t most, const char* name);

}  // namespace toolkit
