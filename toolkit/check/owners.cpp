#include "toolkit/check/owners.hpp"

#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <algorithm>

#include "toolkit/check/observe.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

ino_t inode_of(FdRef ns) {
  struct stat status {};
  check(::fstat(ns.get(), &status), "fstat", "namespace");
  return status.st_ino;
}

}  // namespace

ino_t owner_of(pid_t pid, Ns kind) {
  const Fd ns = open_namespace(pid, kind);
  const Fd owner(check(::ioctl(ns.get(), NS_GET_USERNS), "ioctl", "NS_GET_USERNS"));
  return inode_of(owner);
}

std::optional<int> depth_below(ino_t user_namespace, pid_t pid) {
  Fd ns = open_namespace(pid, Ns::user);
  for (int depth = 0; ns; ++depth) {
    if (inode_of(ns) == user_namespace) return depth;
    ns = Fd(::ioctl(ns.get(), NS_GET_PARENT));  // EPERM above the caller's own
  }
  return {};
}

std::string id_map_of(pid_t pid, const std::string& file, pid_t reader) {
  // What stands there depends on who opened it. See "User and group ID mappings" in user_namespaces(7).
  const std::string text = inside(
      reader, Ns::none, [&] { return read_file("/proc/" + std::to_string(pid) + '/' + file); });
  std::string lean;
  for (const std::string_view line : lines(text)) {
    if (!lean.empty()) lean += '\n';
    bool first = true;
    for (const std::string_view word : words(line)) {
      if (!first) lean += ' ';
      lean += word;
      first = false;
    }
  }
  return lean;
}

std::string in_columns(const std::string& map) {
  constexpr std::size_t kWidth = 8;
  std::string table;
  for (const std::string_view line : lines(map)) {
    table += '\n';
    for (const std::string_view word : words(line)) {
      table += std::string(kWidth - std::min(kWidth - 2, word.size()), ' ');
      table += word;
    }
  }
  return table;
}

}  // namespace toolkit::checks
