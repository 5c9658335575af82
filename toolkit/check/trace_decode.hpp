#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>

namespace toolkit::checks {

/// Where a call's arguments are read from: the process, stopped, and a proc whose pids are ours or -1.
struct ProcessView {
  pid_t pid = 0;
  int proc = -1;
};

struct RawCall {
  long number = 0;
  std::array<std::uint64_t, 6> arguments = {};
};

/// Which outcome of a call tells a reader something.
enum class Show { always, failure, odd_failure };

/// A call with its arguments, at its entry.
struct DecodedCall {
  std::string name = {};
  std::string text = {};  ///< `chroot("/w/root")`
  std::string subject = {};
  Show show = Show::odd_failure;
};

/// Reads the arguments of a call from the process that is about to do it. Never throws for what is
/// not there: a wrong pointer is shown as a number.
DecodedCall decode(const ProcessView& process, const RawCall& call);

/// Is a call with this outcome (errno, or 0) part of the story?
bool is_worth_telling(const DecodedCall& call, int error);

}  // namespace toolkit::checks
