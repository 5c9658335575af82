#pragma once

#include <map>
#include <string>
#include <vector>

#include "toolkit/check/verdict.hpp"

namespace toolkit::checks {

/// What a program could leave behind on a machine: each thing by what it is, with the command that
/// would remove it.
struct Snapshot {
  std::string hostname;
  std::string domainname;
  std::map<std::string, std::string> things = {};  ///< "the mount /x (tmpfs)" → "umount /x"
};

/// Looks at the UTS, IPC and network namespaces the calling process is in, and at a mountinfo.
Snapshot take_snapshot(const std::string& mountinfo);
/// A snapshot as text, to be taken by a child, and back.
std::string to_text(const Snapshot& snapshot);
Snapshot snapshot_from_text(const std::string& text);

/// What the second has and the first has not, or has under another name; what was taken away, too.
std::vector<Leftover> compare(const Snapshot& before, const Snapshot& after);

}  // namespace toolkit::checks
