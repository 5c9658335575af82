#include "toolkit/image/entry.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

#include "toolkit/image/tree.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/rootfs.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {

namespace {

std::uint32_t id_of(const TarEntry& entry, std::int64_t id) {
  constexpr std::int64_t kNoId = 0xffffffff;  // "leave as it is" to chown(2)
  if (id < 0 || id >= kNoId) throw entry_error(entry, "no such owner: " + std::to_string(id));
  return static_cast<std::uint32_t>(id);
}

/// Left out: what overlayfs would take for its own marks, and what only a privileged program reads.
void set_xattrs(FdRef fd, const TarEntry& entry) {
  for (const auto& [name, value] : entry.xattrs) {
    const bool users = name.starts_with("user.") && !name.starts_with("user.overlay.");
    if (!users && name != "security.capability") continue;
    if (::fsetxattr(fd.get(), name.c_str(), value.data(), value.size(), 0) == 0) continue;
    const int number = errno;  // of a filesystem without them: the file is whole all the same
    if (number != ENOTSUP) throw SystemError(number, "setxattr " + printable(name), entry.path);
  }
}

}  // namespace

std::runtime_error entry_error(const TarEntry& entry, const std::string& why) {
  constexpr std::size_t kShown = 80;
  return std::runtime_error("layer: entry '" + printable(entry.path.substr(0, kShown)) +
                            "': " + why);
}

std::array<timespec, 2> times_of(const TarEntry& entry) {
  const timespec time{.tv_sec = entry.mtime, .tv_nsec = entry.mtime_nsec};
  return {time, time};
}

void EntryWriter::make(const TarEntry& entry, const Place& place, TarReader& layer) const {
  switch (entry.type) {
    case EntryType::file:
      return make_file(entry, place, layer);
    case EntryType::directory:
      return make_directory(entry, place);
    case EntryType::symlink:
      return make_symlink(entry, place);
    case EntryType::hardlink:
      return make_hardlink(entry, place);
    case EntryType::fifo:
      return make_fifo(entry, place);
    case EntryType::device:  // a container gets its own /dev; what it replaced is gone all the same
      return clear(place);
    case EntryType::other:
      throw entry_error(entry, "of a type that no filesystem has");
  }
}

void EntryWriter::clear(const Place& place) const {
  remove_entry(place.parent, place.name, trash_);
}

void EntryWriter::make_file(const TarEntry& entry, const Place& place, TarReader& layer) const {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  Fd file(::openat(place.parent.get(), place.name.c_str(), kFlags, 0600));
  if (!file) {
    if (errno != EEXIST) throw_errno("open", entry.path);
    clear(place);
    file = open_at(place.parent, place.name, kFlags, 0600);
  }
  std::int64_t end = 0;
  layer.read_content([&](std::int64_t offset, std::string_view data) {
    if (offset != end) check(::lseek(file.get(), offset, SEEK_SET), "lseek", entry.path);
    write_all(file, data, entry.path);
    end = offset + static_cast<std::int64_t>(data.size());
    if (end > entry.size) throw entry_error(entry, "holds more than its size");
  });
  if (end != entry.size) check(::ftruncate(file.get(), entry.size), "ftruncate", entry.path);
  set_metadata(file, entry);
  check(::futimens(file.get(), times_of(entry).data()), "futimens", entry.path);
}

void EntryWriter::make_directory(const TarEntry& entry, const Place& place) const {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
  const auto made = [&] { return ::mkdirat(place.parent.get(), place.name.c_str(), 0700) == 0; };
  if (!made()) {
    if (errno != EEXIST) throw_errno("mkdir", entry.path);
    struct stat there {};
    check(::fstatat(place.parent.get(), place.name.c_str(), &there, AT_SYMLINK_NOFOLLOW), "stat",
          entry.path);
    if (!S_ISDIR(there.st_mode)) {
      clear(place);
      if (!made()) throw_errno("mkdir", entry.path);
    }
  }
  const Fd directory = open_at(place.parent, place.name, kFlags);
  set_metadata(directory, entry);
}

void EntryWriter::make_symlink(const TarEntry& entry, const Place& place) const {
  // libarchive 3.6 loses a target that the pax header has and the ustar header lacks: Go writes
  // such a pair for a target without one ASCII character.
  if (entry.target.empty()) throw entry_error(entry, "a link without a target");
  const char* name = place.name.c_str();
  const auto made = [&] {
    return ::symlinkat(entry.target.c_str(), place.parent.get(), name) == 0;
  };
  if (!made()) {
    if (errno != EEXIST) throw_errno("symlink", entry.path);
    clear(place);
    if (!made()) throw_errno("symlink", entry.path);
  }
  set_owner(place.parent, name, entry, AT_SYMLINK_NOFOLLOW);
  check(::utimensat(place.parent.get(), name, times_of(entry).data(), AT_SYMLINK_NOFOLLOW),
        "utimensat", entry.path);
}

void EntryWriter::make_hardlink(const TarEntry& entry, const Place& place) const {
  const auto [target_parent, target_name] = split_path(relative_path(entry.target));
  const Fd from =
      open_in_root(root_, target_parent.empty() ? "." : target_parent, O_PATH | O_DIRECTORY);
  struct stat target {};
  struct stat there {};
  const char* name = place.name.c_str();
  check(::fstatat(from.get(), target_name.c_str(), &target, AT_SYMLINK_NOFOLLOW), "link",
        entry.target);
  if (::fstatat(place.parent.get(), name, &there, AT_SYMLINK_NOFOLLOW) == 0) {
    if (there.st_ino == target.st_ino) return;  // a link to itself
    clear(place);
  }
  // Without AT_SYMLINK_FOLLOW a link's own inode is linked, never what it leads to.
  check(::linkat(from.get(), target_name.c_str(), place.parent.get(), name, 0), "link", entry.path);
}

void EntryWriter::make_fifo(const TarEntry& entry, const Place& place) const {
  const char* name = place.name.c_str();
  clear(place);
  // The mode is right from the start: chmod would need the FIFO opened, and umask is 0 here.
  check(::mknodat(place.parent.get(), name, S_IFIFO | (entry.mode & 0777U), 0), "mkfifo",
        entry.path);
  set_owner(place.parent, name, entry, AT_SYMLINK_NOFOLLOW);
  check(::utimensat(place.parent.get(), name, times_of(entry).data(), AT_SYMLINK_NOFOLLOW),
        "utimensat", entry.path);
}

void EntryWriter::set_owner(FdRef directory, const char* name, const TarEntry& entry,
                            int flags) const {
  const std::uint32_t uid = id_of(entry, entry.uid);
  const std::uint32_t gid = id_of(entry, entry.gid);
  if (owners_ == Owners::single) return;
  if (::fchownat(directory.get(), name, uid, gid, flags) == 0) return;
  if (errno == EINVAL) {
    throw entry_error(entry, "owner " + std::to_string(uid) + ":" + std::to_string(gid) +
                                 " is outside this user's ranges; see /etc/subuid and /etc/subgid");
  }
  throw_errno("chown", entry.path);
}

/// Owner first: chown(2) takes the setuid bit and the file capabilities away.
void EntryWriter::set_metadata(FdRef fd, const TarEntry& entry) const {
  set_owner(fd, "", entry, AT_EMPTY_PATH);
  check(::fchmod(fd.get(), entry.mode & 07777U), "chmod", entry.path);
  set_xattrs(fd, entry);
}

}  // namespace toolkit
