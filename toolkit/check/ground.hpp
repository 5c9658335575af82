#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "toolkit/kernel/fd.hpp"

namespace toolkit::checks {

/// Where a machine's programs and files lie, and where the learner's program starts.
inline constexpr const char* kWork = "/w";

/// What the first process of a machine builds its file system from.
struct Ground {
  /// Names below kWork and the open files they are copied from: the clone may lie where the machine's root can't look.
  std::vector<std::pair<std::string, FdRef>> programs = {};
  /// A second name below kWork for the first of them: "DIRECTORY/NAME". None when empty.
  std::string second_name = {};
  /// Names of the host's programs that nobody can start there.
  std::vector<std::string> hidden = {};
  /// Without a user namespace, what is the whole machine's is shown read-only, /proc, /sys and
  /// the cgroups, and what only the host's root may read is hidden.
  enum class Kernel { own, masked } kernel = Kernel::own;
  std::vector<std::string> decoys = {};  ///< names of mounts that are nobody's business
};

/// Makes a root of its own for the calling process, which is alone in a new mount namespace: the
/// host's programs read-only, fresh /proc, /sys, /dev, /tmp, /run and kWork, all of it shared, as
/// systemd leaves it. Throws SystemError. See pivot_root(2), mount_namespaces(7).
void lay_ground(const Ground& ground);

}  // namespace toolkit::checks
