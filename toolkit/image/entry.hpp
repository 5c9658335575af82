#pragma once

#include <sys/types.h>
#include <time.h>

#include <array>
#include <stdexcept>
#include <string>

#include "toolkit/image/tar.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit {

/// What the owners in a layer become: themselves, or all the one id that a user without ranges has.
enum class Owners { kept, single };

/// An entry's place: the directory that holds it, opened beneath the root, and its name there.
struct Place {
  FdRef parent;
  ino_t parent_inode = 0;
  std::string name = {};
};

/// A refusal of one entry, with its path.
std::runtime_error entry_error(const TarEntry& entry, const std::string& why);

std::array<timespec, 2> times_of(const TarEntry& entry);

/// Makes the entries of a layer in a tree, each in its place and with its owner, mode, extended
/// attributes and time. What is in the place already is replaced, but for a directory by a
/// directory, and nothing is ever written through it.
class EntryWriter {
 public:
  /// `trash`: an empty directory on the root's filesystem. Both are borrowed.
  EntryWriter(FdRef root, FdRef trash, Owners owners) noexcept
      : root_(root), trash_(trash), owners_(owners) {}

  /// Makes one entry, its content read from the layer. Throws SystemError or std::runtime_error with
  /// the entry's path.
  void make(const TarEntry& entry, const Place& place, TarReader& layer) const;

  /// Owner, mode and extended attributes; the time is for later, when it stays.
  void set_metadata(FdRef fd, const TarEntry& entry) const;

 private:
  void make_file(const TarEntry& entry, const Place& place, TarReader& layer) const;
  void make_directory(const TarEntry& entry, const Place& place) const;
  void make_symlink(const TarEntry& entry, const Place& place) const;
  void make_hardlink(const TarEntry& entry, const Place& place) const;
  void make_fifo(const TarEntry& entry, const Place& place) const;
  void clear(const Place& place) const;
  void set_owner(FdRef directory, const char* name, const TarEntry& entry, int flags) const;

  FdRef root_;
  FdRef trash_;
  Owners owners_;
};

}  // namespace toolkit
