// Born in labs 01 and 03.
#include "toolkit/kernel/rootfs.hpp"

#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "toolkit/kernel/error.hpp"

namespace toolkit {

Fd open_in_root(FdRef root, const std::string& path, int flags, mode_t mode) {
  open_how how{};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  how.mode = mode;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  const long fd = ::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how);
  return Fd(static_cast<int>(check(fd, "openat2", path)));
}

std::optional<std::string> read_in_root(FdRef root, const std::string& path) {
  try {
    const Fd file = open_in_root(root, path, O_RDONLY | O_NONBLOCK);
    struct stat status {};
    check(::fstat(file.get(), &status), "fstat", path);
    if (!S_ISREG(status.st_mode)) return {};
    std::string content(static_cast<std::size_t>(status.st_size), '\0');
    const ssize_t got = check(::read(file.get(), content.data(), content.size()), "read", path);
    content.resize(static_cast<std::size_t>(got));
    return content;
  } catch (const SystemError& error) {
    if (error.number() == ENOENT || error.number() == ENOTDIR || error.number() == ELOOP) return {};
    throw;
  }
}

bool make_directories(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) return true;
  if (errno == EEXIST) return false;
  const std::size_t slash = path.find_last_of('/');
  if (errno != ENOENT || slash == std::string::npos || slash == 0) throw_errno("mkdir", path);
  make_directories(path.substr(0, slash), mode);
  if (::mkdir(path.c_str(), mode) == 0) return true;
  if (errno != EEXIST) throw_errno("mkdir", path);
  return false;
}

std::optional<EntryKind> kind_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == -1) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    throw_errno("stat", path);
  }
  return S_ISDIR(status.st_mode) ? EntryKind::directory : EntryKind::file;
}

}  // namespace toolkit
