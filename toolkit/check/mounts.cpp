#include "toolkit/check/mounts.hpp"

#include <algorithm>

#include "toolkit/check/observe.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {

Mounts all_mounts(pid_t pid) {
  // Held from here: there may be no /proc in there, or one that somebody made up.
  const Fd proc = open_file("/proc", O_RDONLY | O_DIRECTORY);
  return parse_mounts(inside(pid, Ns::mount, [&proc] {
    return read_all(open_at(proc, "self/mountinfo", O_RDONLY), "mountinfo");
  }));
}

const MountInfo* mount_of(const Mounts& mounts, std::string_view directory) {
  const std::string_view name = directory.substr(directory.rfind('/'));
  const auto found = std::find_if(mounts.rbegin(), mounts.rend(), [name](const MountInfo& mount) {
    return mount.root.ends_with(name);
  });
  return found == mounts.rend() ? nullptr : &*found;
}

const MountInfo* mount_on(const Mounts& mounts, std::string_view path) {
  const auto found = std::find_if(mounts.rbegin(), mounts.rend(),
                                  [path](const MountInfo& mount) { return mount.target == path; });
  return found == mounts.rend() ? nullptr : &*found;
}

const MountInfo* mount_below(const Mounts& mounts, const MountInfo& parent, std::string_view path) {
  const std::string target = (parent.target == "/" ? "" : parent.target) + std::string(path);
  const auto found = std::find_if(mounts.rbegin(), mounts.rend(), [&](const MountInfo& mount) {
    return mount.parent == parent.id && mount.target == target;
  });
  return found == mounts.rend() ? nullptr : &*found;
}

const MountInfo* mount_in(const Mounts& mounts, const MountInfo& parent) {
  const auto found = std::find_if(mounts.begin(), mounts.end(), [&parent](const MountInfo& mount) {
    return mount.parent == parent.id;
  });
  return found == mounts.end() ? nullptr : &*found;
}

const MountInfo* twin_of(const MountInfo& mount, const Mounts& mounts) {
  const auto found = std::find_if(mounts.begin(), mounts.end(), [&mount](const MountInfo& other) {
    return other.device == mount.device;
  });
  return found == mounts.end() ? nullptr : &*found;
}

std::set<std::string> peer_groups(const Mounts& mounts) {
  std::set<std::string> groups;
  for (const MountInfo& mount : mounts) {
    for (const std::string_view tag : split(mount.propagation, ' ')) {
      if (tag.starts_with("shared:")) groups.emplace(tag);
    }
  }
  return groups;
}

std::string master_of(const MountInfo& mount) {
  constexpr std::string_view kTag = "master:";
  for (const std::string_view tag : split(mount.propagation, ' ')) {
    if (tag.starts_with(kTag)) return "shared:" + std::string(tag.substr(kTag.size()));
  }
  return {};
}

std::string lacking(const MountInfo& mount, const std::vector<std::string_view>& options) {
  const std::vector<std::string_view> has = split(mount.options, ',');
  std::string lacks;
  for (const std::string_view option : options) {
    if (std::find(has.begin(), has.end(), option) != has.end()) continue;
    lacks.append(lacks.empty() ? "" : ", ").append(option);
  }
  return lacks;
}

std::string to_text(const MountInfo& mount) {
  return mount.target + " is " + mount.root + " of " + mount.type + " " + mount.source + ", " +
         mount.options + (mount.propagation.empty() ? "" : ", " + mount.propagation);
}

std::string to_text(const Mounts& mounts) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, mounts.size()); ++i) {
    text.append(i == 0 ? "" : "\n").append(to_text(mounts[i]));
  }
  if (mounts.size() > kShown) {
    text.append("\nand ").append(std::to_string(mounts.size() - kShown)).append(" more");
  }
  return text;
}

std::string difference(std::string_view before, std::string_view after) {
  std::string changes;
  const auto tell = [&changes](std::string_view from, std::string_view to, std::string_view sign) {
    const std::vector<std::string_view> others = lines(to);
    for (const std::string_view line : lines(from)) {
      if (std::find(others.begin(), others.end(), line) != others.end()) continue;
      changes.append(sign).append(line).append("\n");
    }
  };
  tell(before, after, "- ");
  tell(after, before, "+ ");
  return changes;
}

}  // namespace toolkit::checks
