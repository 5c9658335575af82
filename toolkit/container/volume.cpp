#include "toolkit/container/volume.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <stdexcept>

#include "toolkit/container/volume_options.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

std::runtime_error refusal(std::string_view kind, std::string_view text, std::string_view why) {
  return std::runtime_error(std::string(kind) + " '" + printable(text) + "': " + std::string(why));
}

/// A mount over /proc would show the container another's truth (CVE-2019-16884).
std::string check_target(std::string_view kind, std::string_view text, std::string_view target) {
  if (!target.starts_with('/'))
    throw refusal(kind, text, "the place in the container must be absolute");
  std::string path = clean_path(target);
  if (path == "/") throw refusal(kind, text, "the root itself can't be replaced; see --rootfs");
  if (path == "/proc" || path.starts_with("/proc/")) {
    throw refusal(kind, text, "nothing can be mounted over the container's /proc");
  }
  return path;
}

template <typename Action>
void name_volume(std::string_view text, Action action) {
  try {
    action();
  } catch (const SystemError&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw refusal("volume", text, error.what());
  }
}

/// Without a wish for propagation nothing is asked of the kernel.
void check_peers(const Volume& volume) {
  if (volume.propagation == Propagation::private_) return;
  struct statx status {};
  check(::statx(AT_FDCWD, volume.source.c_str(), 0, STATX_MNT_ID, &status), "statx", volume.source);
  require_peers(volume, read_file("/proc/self/mountinfo"), status.stx_mnt_id);
}

std::string resolve_source(std::string_view text, const std::string& source) {
  if (source.find('/') == std::string::npos && source != "." && source != "..") {
    throw refusal("volume", text,
                  "the source must be a path; for one below here write ./" + source);
  }
  std::array<char, PATH_MAX> resolved{};
  if (::realpath(source.c_str(), resolved.data()) == nullptr) throw_errno("volume", source);
  return resolved.data();
}

}  // namespace

std::string clean_path(std::string_view path) {
  if (!path.starts_with('/'))
    throw std::runtime_error("'" + printable(path) + "' is no absolute path");
  std::vector<std::string_view> kept;
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      kept.push_back(part);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string clean;
  for (const std::string_view part : kept) clean.append("/").append(part);
  return clean.empty() ? "/" : clean;
}

Volume parse_volume(std::string_view text) {
  const std::vector<std::string_view> fields = split(text, ':');
  if (fields.size() < 2 || fields.size() > 3 || fields[0].empty() || fields[1].empty()) {
    throw refusal("volume", text, "write SOURCE:TARGET or SOURCE:TARGET:OPTIONS, such as ro");
  }
  Volume volume;
  if (fields.size() == 3) {
    name_volume(text, [&] { apply_volume_options(volume, fields[2]); });
  }
  volume.target = check_target("volume", text, fields[1]);
  volume.source = resolve_source(text, std::string(fields[0]));
  struct stat status {};
  check(::stat(volume.source.c_str(), &status), "volume", volume.source);
  volume.kind = S_ISDIR(status.st_mode) ? EntryKind::directory : EntryKind::file;
  name_volume(text, [&] { check_peers(volume); });
  volume.device = S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode);
  return volume;
}

Tmpfs parse_tmpfs(std::string_view text) {
  const std::size_t colon = text.find(':');
  Tmpfs tmpfs{.target = check_target("tmpfs", text, text.substr(0, colon)),
              .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC};
  if (colon == std::string_view::npos) return tmpfs;
  for (const std::string_view option : split(text.substr(colon + 1), ',')) {
    if (option == "ro") {
      tmpfs.flags |= MS_RDONLY;
    } else if (option == "rw") {
      tmpfs.flags &= ~static_cast<unsigned long>(MS_RDONLY);
    } else if (option == "exec") {
      tmpfs.flags &= ~static_cast<unsigned long>(MS_NOEXEC);
    } else if (option == "suid") {
      tmpfs.flags &= ~static_cast<unsigned long>(MS_NOSUID);
    } else if (option == "noexec") {
      tmpfs.flags |= MS_NOEXEC;
    } else if (option == "nosuid") {
      tmpfs.flags |= MS_NOSUID;
    } else if (option.empty() || option == "nodev") {
      continue;
    } else if (option.starts_with("size=") || option.starts_with("mode=") ||
               option.starts_with("nr_inodes=") || option.starts_with("uid=") ||
               option.starts_with("gid=")) {
      tmpfs.data.append(tmpfs.data.empty() ? "" : ",").append(option);
    } else {
      throw refusal("tmpfs", text, "unknown option '" + printable(option) + "'");
    }
  }
  return tmpfs;
}

}  // namespace toolkit
