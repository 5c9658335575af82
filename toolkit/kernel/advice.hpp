#pragma once

#include <string_view>
#include <vector>

namespace toolkit {

/// What one failure of a call means where containers are made, and what to ask then.
struct Advice {
  std::string_view call;     ///< as the kernel names it: "umount2", "openat", "clone3"
  std::string_view subject;  ///< last part of the path it was done to, or empty: any
  int error = 0;
  std::string_view text;  ///< sentences, of which the last is a question
};

/// All that is known, as docs/errors.md lists it. Pure.
const std::vector<Advice>& all_advice();

/// The text for a call that failed with this errno; one for that very subject ("/proc/7/gid_map") goes
/// first. Empty when there is none. `fork`, `clone`, `mknod` and `open` are what they are made of.
std::string_view advice(std::string_view call, int error, std::string_view subject = {});

}  // namespace toolkit
