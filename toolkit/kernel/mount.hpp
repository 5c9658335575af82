#pragma once

#include <sys/mount.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/kernel/fd.hpp"

namespace toolkit {

enum class Propagation { private_, slave, shared, unbindable };
enum class Recurse { no, yes };

/// mount(2) as it is: `type` and `data` may be empty. Throws SystemError "mount" with the target.
void mount(const std::string& source, const std::string& target, const std::string& type,
           unsigned long flags, const std::string& data = {});

/// The same, where source or target may not be there: then it returns false, and nothing is done.
bool mount_if_present(const std::string& source, const std::string& target, const std::string& type,
                      unsigned long flags, const std::string& data = {});

/// Shows a file or directory at a second place. See "Creating a bind mount" in mount(2).
void bind(const std::string& source, const std::string& target, Recurse recurse = Recurse::yes);

/// Makes a mount read-only; a bind with MS_RDONLY in one call would silently stay writable.
void remount_read_only(const std::string& target);

/// What mounts made below `target` do to its peers. See mount_namespaces(7).
void set_propagation(const std::string& target, Propagation kind, Recurse recurse = Recurse::yes);

enum class Detach { no, yes };
/// With Detach::yes the mount leaves the tree at once and ends with its last user. See umount2(2).
void unmount(const std::string& target, Detach detach = Detach::no);

/// Makes the current directory, a mount point, the root; the old root comes to lie on top of it,
/// where `unmount(".", Detach::yes)` lets it go. See "pivot_root(".", ".")" in pivot_root(2).
void pivot_root_here();

/// A detached copy of the mount at a path: it can be attached where the path no longer leads.
/// See open_tree(2).
Fd open_tree(const std::string& path, Recurse recurse);
/// The mount at a path itself, so that move_mount can take it elsewhere. See open_tree(2).
Fd open_mount(const std::string& path);
/// Attaches what open_tree or open_mount gave. See move_mount(2).
void move_mount(FdRef tree, const std::string& target);
/// Attaches it to a place that is held; `name` is for the error.
void move_mount(FdRef tree, FdRef target, const std::string& name);
/// Sets MOUNT_ATTR_ flags of a detached tree, below it too when asked; and what mounts made below do to
/// its peers, unless that is nothing, as with a tree that was cut off already. See mount_setattr(2).
void set_attributes(FdRef tree, std::uint64_t attributes, Recurse recurse,
                    Propagation propagation = Propagation::private_);
/// Shows the files of a detached tree with other owners: an id of the filesystem is the one that the map
/// of `user_ns` has for it, as if it were read inside (an idmapped mount). Made once for a mount, and
/// never for the initial user namespace. EINVAL where the filesystem has none: proc, sysfs, devpts and
/// overlay, tmpfs before Linux 6.3; ext4 and xfs have it from 5.12 on, btrfs from 5.15. EPERM without
/// CAP_SYS_ADMIN in the user namespace that the filesystem was mounted in, so a normal user has it for
/// no disk. See "ID-mapped mounts" in mount_setattr(2).
void map_ids(FdRef tree, FdRef user_ns);
/// set_attributes() for what is mounted at a path: it adds flags, where a remount would replace them all.
void set_attributes_at(const std::string& target, std::uint64_t attributes, Recurse recurse);
/// The same; false where there is no such path.
bool set_attributes_if_present(const std::string& target, std::uint64_t attributes,
                               Recurse recurse);

/// One line of /proc/PID/mountinfo. See proc(5).
struct MountInfo {
  int id = 0;
  int parent = 0;
  std::string device = {};  ///< of the filesystem: "0:48"
  std::string root;         ///< which directory of the filesystem is mounted
  std::string target;       ///< where, seen from the reader's root
  std::string options;      ///< of this mount: "rw,nosuid"
  std::string propagation;  ///< "shared:1 master:2", or empty: private
  std::string type;
  std::string source;
  std::string super_options;
};
/// Pure: tests need no kernel. Throws std::runtime_error with the line that is not one.
std::vector<MountInfo> parse_mounts(std::string_view mountinfo);

}  // namespace toolkit
