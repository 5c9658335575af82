#pragma once

#include <string_view>

#include "toolkit/check/probe/text.hpp"

namespace toolkit::probe {

/// Where an attacker starts from.
enum class Way {
  dot_dot,  ///< a working directory left outside, or an old root left on top of "/": ".." from there
  chroot,   ///< a second chroot, which leaves the working directory outside
  descriptor,  ///< an inherited descriptor of a directory outside
  proc,        ///< /proc/1/root, with a /proc of its own when there is none
};

/// Tries to read a file by its path outside of this root; "ok WAY CONTENT" or "no". Each try is a
/// child's, so this process stays where it is. See chroot(2), "an ordinary root can break out".
void escape(Way way, const char* path, Text& answer) noexcept;
/// All ways, up to the first that leads out.
void escape(const char* path, Text& answer) noexcept;

}  // namespace toolkit::probe
