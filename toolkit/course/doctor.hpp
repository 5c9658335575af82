#pragma once

#include <optional>
#include <string>

namespace toolkit::course {

struct DoctorOptions {
  bool json = false;
};

/// `lab doctor`: prints what this machine can and lacks, each lack with its consequence and remedy.
/// Exit code 0 when containers can be started here, 69 (EX_UNAVAILABLE) when not.
int doctor(const DoctorOptions& options);

/// The one line that says what forbids containers here and what to do about it; nothing when they
/// can be started. Tries for real, in children: some milliseconds. The caller must have one thread.
std::optional<std::string> what_forbids_containers();

}  // namespace toolkit::course
