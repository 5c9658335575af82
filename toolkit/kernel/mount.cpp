// Born in labs 03 and 05.
#include "toolkit/kernel/mount.hpp"

#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

unsigned long recursive(Recurse recurse) {
  if (recurse == Recurse::yes) return MS_REC;
  return 0;
}

}  // namespace

void mount(const std::string& source, const std::string& target, const std::string& type,
           unsigned long flags, const std::string& data) {
  check(::mount(or_null(source), target.c_str(), or_null(type), flags, or_null(data)), "mount",
        target);
}

bool mount_if_present(const std::string& source, const std::string& target, const std::string& type,
                      unsigned long flags, const std::string& data) {
  if (::mount(or_null(source), target.c_str(), or_null(type), flags, or_null(data)) == 0)
    return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw_errno("mount", target);
}

void bind(const std::string& source, const std::string& target, Recurse recurse) {
  mount(source, target, {}, MS_BIND | recursive(recurse));
}

void remount_read_only(const std::string& target) {
  mount({}, target, {}, MS_REMOUNT | MS_BIND | MS_RDONLY);
}

void set_propagation(const std::string& target, Propagation kind, Recurse recurse) {
  unsigned long flags = recursive(recurse);
  switch (kind) {
    case Propagation::private_:
      flags |= MS_PRIVATE;
      break;
    case Propagation::slave:
      flags |= MS_SLAVE;
      break;
    case Propagation::shared:
      flags |= MS_SHARED;
      break;
    case Propagation::unbindable:
      flags |= MS_UNBINDABLE;
      break;
  }
  mount({}, target, {}, flags);
}

void unmount(const std::string& target, Detach detach) {
  check(::umount2(target.c_str(), detach == Detach::yes ? MNT_DETACH : 0), "umount2", target);
}

void pivot_root_here() { check(::syscall(SYS_pivot_root, ".", "."), "pivot_root", "."); }

Fd open_tree(const std::string& path, Recurse recurse) {
  const unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
                         (recurse == Recurse::yes ? static_cast<unsigned>(AT_RECURSIVE) : 0U);
  const long fd = ::syscall(SYS_open_tree, AT_FDCWD, path.c_str(), flags);
  return Fd(static_cast<int>(check(fd, "open_tree", path)));
}

Fd open_mount(const std::string& path) {
  const long fd = ::syscall(SYS_open_tree, AT_FDCWD, path.c_str(), OPEN_TREE_CLOEXEC);
  return Fd(static_cast<int>(check(fd, "open_tree", path)));
}

void move_mount(FdRef tree, const std::string& target) {
  check(
      ::syscall(SYS_move_mount, tree.get(), "", AT_FDCWD, target.c_str(), MOVE_MOUNT_F_EMPTY_PATH),
      "move_mount", target);
}

void move_mount(FdRef tree, FdRef target, const std::string& name) {
  constexpr unsigned kByDescriptors = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  check(::syscall(SYS_move_mount, tree.get(), "", target.get(), "", kByDescriptors), "move_mount",
        name);
}

namespace {

long set_attributes(int fd, const char* path, unsigned flags, std::uint64_t attributes,
                    Recurse recurse, Propagation propagation = Propagation::private_) {
  mount_attr wanted{};
  wanted.attr_set = attributes;
  if (propagation == Propagation::slave) wanted.propagation = MS_SLAVE;
  if (propagation == Propagation::shared) wanted.propagation = MS_SHARED;
  if (recurse == Recurse::yes) flags |= static_cast<unsigned>(AT_RECURSIVE);
  return ::syscall(SYS_mount_setattr, fd, path, flags, &wanted, sizeof wanted);
}

}  // namespace

void set_attributes(FdRef tree, std::uint64_t attributes, Recurse recurse,
                    Propagation propagation) {
  constexpr auto kItself = static_cast<unsigned>(AT_EMPTY_PATH);
  check(set_attributes(tree.get(), "", kItself, attributes, recurse, propagation), "mount_setattr");
}

void map_ids(FdRef tree, FdRef user_ns) {
  mount_attr wanted{};
  wanted.attr_set = MOUNT_ATTR_IDMAP;
  wanted.userns_fd = static_cast<unsigned>(user_ns.get());
  check(::syscall(SYS_mount_setattr, tree.get(), "", AT_EMPTY_PATH, &wanted, sizeof wanted),
        "mount_setattr", "MOUNT_ATTR_IDMAP");
}

void set_attributes_at(const std::string& target, std::uint64_t attributes, Recurse recurse) {
  if (!set_attributes_if_present(target, attributes, recurse)) throw_errno("mount_setattr", target);
}

bool set_attributes_if_present(const std::string& target, std::uint64_t attributes,
                               Recurse recurse) {
  if (set_attributes(AT_FDCWD, target.c_str(), 0, attributes, recurse) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw_errno("mount_setattr", target);
}

std::vector<MountInfo> parse_mounts(std::string_view mountinfo) {
  std::vector<MountInfo> mounts;
  for (const std::string_view line : lines(mountinfo)) {
    const std::vector<std::string_view> fields = split(line, ' ');
    const auto separator = std::find(fields.begin(), fields.end(), "-");
    const auto id = parse_number(fields.front());
    const auto parent = fields.size() > 1 ? parse_number(fields[1]) : std::nullopt;
    if (!id || !parent || separator - fields.begin() < 6 || fields.end() - separator < 4) {
      throw std::runtime_error("not a line of mountinfo: " + printable(line));
    }
    MountInfo mount{.id = static_cast<int>(*id),
                    .parent = static_cast<int>(*parent),
                    .device = std::string(fields[2]),
                    .root = unescape_octal(fields[3]),
                    .target = unescape_octal(fields[4]),
                    .options = std::string(fields[5]),
                    .propagation = {},
                    .type = unescape_octal(separator[1]),
                    .source = unescape_octal(separator[2]),
                    .super_options = unescape_octal(separator[3])};
    for (auto tag = fields.begin() + 6; tag != separator; ++tag) {
      if (!mount.propagation.empty()) mount.propagation.push_back(' ');
      mount.propagation.append(*tag);
    }
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

}  // namespace toolkit
