#include <linux/mount.h>

#include <algorithm>
#include <variant>

#include "toolkit/container/stages.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::stage {
namespace {

/// Every directory on the way is made, from the top; links among them are followed, inside.
void add_directories(Steps& steps, const std::string& path, const char* why,
                     step::Missing missing = step::Missing::fail) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    steps.push_back({step::MakeDirectory{.path = path.substr(0, end), .missing = missing}, why});
  }
}

void add_mount_point(Steps& steps, const std::string& target, EntryKind kind,
                     step::Missing missing = step::Missing::fail) {
  if (kind == EntryKind::directory) {
    add_directories(steps, target, "to mount on", missing);
    return;
  }
  const std::size_t slash = target.find_last_of('/');
  if (slash > 0)
    add_directories(steps, target.substr(0, slash), "on the way to a mount point", missing);
  steps.push_back({step::MakeFile{.path = target, .missing = missing}, "to mount on"});
}

void add_volume(Steps& steps, const Volume& volume) {
  std::uint64_t attributes = volume.attributes;
  if (!volume.device) attributes |= MOUNT_ATTR_NODEV;
  if (volume.access == Access::read_only) attributes |= MOUNT_ATTR_RDONLY;
  add_mount_point(steps, volume.target, volume.kind);
  steps.push_back({step::MoveTree{.path = volume.source,
                                  .target = volume.target,
                                  .attributes = attributes,
                                  .recurse = volume.recurse,
                                  .last_link = step::LastLink::follow,
                                  .propagation = volume.propagation,
                                  .variant = variant_of(volume)},
                   volume.propagation == Propagation::private_
                       ? "a volume"
                       : "a volume, in which later mounts appear without these flags"});
}

void add_tmpfs(Steps& steps, const Tmpfs& tmpfs) {
  add_mount_point(steps, tmpfs.target, EntryKind::directory);
  steps.push_back({step::Mount{.source = "tmpfs",
                               .target = tmpfs.target,
                               .type = "tmpfs",
                               .flags = tmpfs.flags,
                               .data = tmpfs.data},
                   "in memory, empty at each start"});
}

/// An image may lack /etc, and a root in place may be another's: then these files are left out.
void add_etc(Steps& steps, const Request& request, const std::string& base) {
  using step::Missing;
  add_directories(steps, "/etc", "on the way to a mount point", Missing::leave_out);
  for (const char* name : {"/hosts", "/hostname", "/resolv.conf"}) {
    const std::string target = std::string("/etc") + name;
    if (name == std::string("/hostname") && request.etc.hostname.empty()) continue;
    const auto is_target = [&](const Volume& volume) { return volume.target == target; };
    if (std::any_of(request.volumes.begin(), request.volumes.end(), is_target)) continue;
    steps.push_back({step::MakeFile{.path = target, .missing = Missing::leave_out}, "to mount on"});
    steps.push_back(
        {step::MoveTree{.path = base + name, .target = target, .missing = Missing::leave_out},
         "this container's own"});
  }
}

/// A link in the image leads nowhere else: what lies at this name is what is covered.
void add_zone(Steps& steps, const Zone& zone, const std::string& base) {
  const std::string target = "/etc/localtime";
  add_mount_point(steps, target, EntryKind::file);
  steps.push_back({step::MoveTree{.path = zone.file.empty() ? base + "/localtime" : zone.file,
                                  .target = target,
                                  .attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
                                                MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
                                  .variant = kZone},
                   "the time zone that was asked for"});
}

using Wanted = std::variant<const Volume*, const Tmpfs*>;

const std::string& target_of(const Wanted& wanted) {
  return std::visit([](const auto* mount) -> const std::string& { return mount->target; }, wanted);
}

}  // namespace

Steps mount_volumes(const Request& request, const Host& host) {
  std::vector<Wanted> wanted;
  for (const Volume& volume : request.volumes) wanted.emplace_back(&volume);
  for (const Tmpfs& tmpfs : request.tmpfs) wanted.emplace_back(&tmpfs);
  // A mount on /a must not hide the one on /a/b, whatever the order in which they were asked for.
  std::stable_sort(wanted.begin(), wanted.end(), [](const Wanted& a, const Wanted& b) {
    return split(target_of(a), '/').size() < split(target_of(b), '/').size();
  });
  Steps steps;
  for (const Wanted& mount : wanted) {
    if (const auto* volume = std::get_if<const Volume*>(&mount)) {
      add_volume(steps, **volume);
    } else {
      add_tmpfs(steps, *std::get<const Tmpfs*>(mount));
    }
  }
  add_etc(steps, request, host.base);
  if (request.zone) add_zone(steps, *request.zone, host.base);
  if (request.working_directory != "/") {
    add_directories(steps, request.working_directory,
                    "docker makes a working directory that is missing");
  }
  return steps;
}

}  // namespace toolkit::stage
