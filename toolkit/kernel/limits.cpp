#include "toolkit/kernel/limits.hpp"

#include "toolkit/kernel/error.hpp"

namespace toolkit {

void lower_limit(int resource, rlim_t most, const char* name) {
  const auto which = static_cast<__rlimit_resource_t>(resource);
  rlimit value{};
  check(::getrlimit(which, &value), "getrlimit", name);
  if (value.rlim_max > most) value.rlim_max = most;
  value.rlim_cur = value.rlim_max;
  check(::setrlimit(which, &value), "setrlimit", name);
}

}  // namespace toolkit
