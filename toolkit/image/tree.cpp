#include "toolkit/image/tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/rootfs.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {

namespace {

/// Where a link leads that leads nowhere yet, seen from the root.
std::string link_target(FdRef directory, const SplitPath& link) {
  std::array<char, PATH_MAX> bytes{};
  const ssize_t size = ::readlinkat(directory.get(), link.name.c_str(), bytes.data(), bytes.size());
  if (size == -1 && errno == EINVAL) throw SystemError(ENOTDIR, "mkdir", link.name);
  check(size, "readlink", link.name);
  std::string target(bytes.data(), static_cast<std::size_t>(size));
  while (target.size() > 1 && target.ends_with('/')) target.pop_back();
  if (!target.starts_with('/')) target.insert(0, link.parent + "/");
  return target;
}

bool unlink_unless_directory(FdRef directory, const std::string& name) {
  if (::unlinkat(directory.get(), name.c_str(), 0) == 0 || errno == ENOENT) return true;
  if (errno != EISDIR) throw_errno("unlink", name);
  return false;
}

/// Removes one directory; those in it that are not empty move up beside it, to be next.
void remove_level(FdRef directory, const std::string& name, std::uint64_t& moved) {
  if (::unlinkat(directory.get(), name.c_str(), AT_REMOVEDIR) == 0) return;
  if (errno != ENOTEMPTY && errno != EEXIST) throw_errno("rmdir", name);
  const Fd level = open_at(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  for (const std::string& child : list_names(level)) {
    if (unlink_unless_directory(level, child)) continue;
    if (::unlinkat(level.get(), child.c_str(), AT_REMOVEDIR) == 0) continue;
    int result = -1;
    do {
      const std::string up = "moved-" + std::to_string(moved++);
      result =
          ::renameat2(level.get(), child.c_str(), directory.get(), up.c_str(), RENAME_NOREPLACE);
    } while (result == -1 && errno == EEXIST);
    check(result, "rename", child);
  }
  check(::unlinkat(directory.get(), name.c_str(), AT_REMOVEDIR), "rmdir", name);
}

}  // namespace

std::string relative_path(std::string_view path) {
  constexpr std::size_t kShown = 80;
  const auto refuse = [&](const std::string& why) {
    throw std::runtime_error("layer: entry '" + printable(path.substr(0, kShown)) + "': " + why);
  };
  if (path.size() >= PATH_MAX) refuse("the path is too long");
  std::string clean;
  for (const std::string_view name : split(path, '/')) {
    if (name.empty() || name == ".") continue;
    if (name == "..") refuse("'..' in a path");
    if (!clean.empty()) clean.push_back('/');
    clean.append(name);
  }
  return clean;
}

SplitPath split_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {.parent = {}, .name = path};
  return {.parent = path.substr(0, slash), .name = path.substr(slash + 1)};
}

std::optional<Fd> find_directory_in_root(FdRef root, const std::string& path) {
  try {
    return open_in_root(root, path.empty() ? "." : path, O_PATH | O_DIRECTORY);
  } catch (const SystemError& error) {
    if (error.number() == ENOENT || error.number() == ENOTDIR) return {};
    throw;
  }
}

Fd make_directory_in_root(FdRef root, const std::string& path) {
  if (auto found = find_directory_in_root(root, path)) return std::move(*found);
  const SplitPath place = split_path(path);
  const Fd parent = make_directory_in_root(root, place.parent);
  if (::mkdirat(parent.get(), place.name.c_str(), 0755) == 0) {
    return open_at(parent, place.name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  }
  if (errno != EEXIST) throw_errno("mkdir", path);
  // A link that dangles. The kernel has followed this chain of links above, so it has an end.
  return make_directory_in_root(root, link_target(parent, place));
}

std::vector<std::string> list_names(FdRef directory) {
  Fd own = open_at(directory, ".", O_RDONLY | O_DIRECTORY);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(own.get()), ::closedir);
  if (!stream) throw_errno("fdopendir");
  static_cast<void>(own.release());
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) throw_errno("readdir");
  return names;
}

void empty_directory(FdRef directory) {
  std::uint64_t moved = 0;
  while (true) {
    const std::vector<std::string> names = list_names(directory);
    if (names.empty()) return;
    for (const std::string& name : names) {
      if (!unlink_unless_directory(directory, name)) remove_level(directory, name, moved);
    }
  }
}

void remove_entry(FdRef directory, const std::string& name, FdRef trash) {
  if (unlink_unless_directory(directory, name)) return;
  if (::unlinkat(directory.get(), name.c_str(), AT_REMOVEDIR) == 0) return;
  check(::renameat(directory.get(), name.c_str(), trash.get(), "removed"), "rename", name);
  empty_directory(trash);
}

}  // namespace toolkit
