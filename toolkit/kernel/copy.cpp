#include <dirent.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/rootfs.hpp"

namespace toolkit {
namespace {

void copy_content(const std::string& source, const std::string& target, mode_t mode) {
  const Fd from = open_file(source, O_RDONLY | O_NOFOLLOW);
  const Fd to = open_file(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  constexpr std::size_t kMost = 1U << 30U;
  ssize_t copied = 0;
  do {
    copied = check(::sendfile(to.get(), from.get(), nullptr, kMost), "sendfile", target);
  } while (copied > 0);
}

void copy_link(const std::string& source, const std::string& target, off_t size) {
  std::string text(static_cast<std::size_t>(size) + 1, '\0');
  const ssize_t length =
      check(::readlink(source.c_str(), text.data(), text.size()), "readlink", source);
  text.resize(static_cast<std::size_t>(length));
  check(::symlink(text.c_str(), target.c_str()), "symlink", target);
}

/// Attributes that the target's filesystem has no place for are left behind, as cp(1) does.
void copy_xattrs(const std::string& source, const std::string& target) {
  std::array<char, 4096> names{};
  const ssize_t length = ::llistxattr(source.c_str(), names.data(), names.size());
  for (ssize_t at = 0; at < length;) {
    const std::string name(names.data() + at);
    std::array<char, 65536> value{};
    const ssize_t size = ::lgetxattr(source.c_str(), name.c_str(), value.data(), value.size());
    if (size >= 0) {
      ::lsetxattr(target.c_str(), name.c_str(), value.data(), static_cast<std::size_t>(size), 0);
    }
    at += static_cast<ssize_t>(name.size()) + 1;
  }
}

/// Owner first: chown(2) takes the setuid bit and the file's capabilities away, what follows puts
/// them back. The mode after the attributes, which can't be set on what is read-only.
void copy_status(const std::string& source, const std::string& target, const struct stat& status) {
  if (::lchown(target.c_str(), status.st_uid, status.st_gid) == -1 && errno != EINVAL &&
      errno != EPERM) {
    throw_errno("chown", target);
  }
  copy_xattrs(source, target);
  if (!S_ISLNK(status.st_mode)) {
    check(::chmod(target.c_str(), status.st_mode & 07777), "chmod", target);
  }
  const std::array<timespec, 2> times = {status.st_atim, status.st_mtim};
  check(::utimensat(AT_FDCWD, target.c_str(), times.data(), AT_SYMLINK_NOFOLLOW), "utimensat",
        target);
}

void copy_entry(const std::string& source, const std::string& target) {
  struct stat status {};
  check(::lstat(source.c_str(), &status), "lstat", source);
  if (S_ISDIR(status.st_mode)) {
    if (::mkdir(target.c_str(), 0700) == -1 && errno != EEXIST) throw_errno("mkdir", target);
    copy_tree(source, target);
    return;
  }
  if (S_ISREG(status.st_mode)) {
    copy_content(source, target, 0600);
  } else if (S_ISLNK(status.st_mode)) {
    copy_link(source, target, status.st_size);
  } else if (S_ISFIFO(status.st_mode)) {
    check(::mknod(target.c_str(), S_IFIFO | 0600, 0), "mknod", target);
  } else {
    return;  // devices and sockets: a container gets its devices from /dev alone
  }
  copy_status(source, target, status);
}

}  // namespace

void copy_tree(const std::string& source, const std::string& target) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(source.c_str()), ::closedir);
  if (!directory) throw_errno("open", source);
  struct stat status {};
  check(::stat(source.c_str(), &status), "stat", source);
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    copy_entry(source + '/' + name, target + '/' + name);
  }
  copy_status(source, target, status);
}

}  // namespace toolkit
