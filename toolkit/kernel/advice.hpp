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

/// A call that succeeds and does not do all that its flags say.
struct Silence {
  std::string_view call;
  std::string_view flag;    ///< what it leaves out
  std::string_view beside;  ///< in a call with this flag
  std::string_view text;    ///< sentences, of which the last is a question
};

/// All that is known, as docs/errors.md lists it. Pure.
const std::vector<Silence>& all_silences();

/// The text for a call that succeeded, from how strace(1) would write it. Empty when it did as it says.
std::string_view silence(std::string_view call, std::string_view written);

}  // namespace toolkit
