#pragma once

#include "toolkit/course/doctor/facts.hpp"

namespace toolkit::course {

/// A trial in which every step worked.
Trial complete_trial();

/// A machine that lacks nothing: Debian 12 with cgroup v2, seen by root.
Facts healthy_machine();

/// The same, seen by an ordinary user.
Facts healthy_user();

}  // namespace toolkit::course
