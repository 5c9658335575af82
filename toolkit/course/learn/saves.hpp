#pragma once

#include <string>
#include <vector>

#include "toolkit/kernel/fd.hpp"

namespace toolkit::course {

/// Tells when files of one directory were saved: written and closed, or put in place by a rename, as
/// editors do that never leave half a file. See inotify(7).
class Saves {
 public:
  /// Watches from now on. Throws SystemError "inotify_add_watch".
  Saves(const std::string& directory, std::vector<std::string> files);

  /// Readable when something happened in the directory.
  [[nodiscard]] FdRef fd() const noexcept { return inotify_; }
  /// Takes all that has happened so far: was one of the files saved?
  [[nodiscard]] bool take();

 private:
  std::vector<std::string> files_;
  Fd inotify_;
};

}  // namespace toolkit::course
