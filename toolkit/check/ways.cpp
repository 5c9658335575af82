#include "toolkit/check/ways.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

#include "toolkit/check/mounts.hpp"
#include "toolkit/check/observe.hpp"
#include "toolkit/check/verdict.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit::checks {
namespace {

/// Where the file leads; nothing when that is nowhere, or into a mount of these.
std::optional<Leads> lead(const std::string& link, int mount, const Mounts& mounts) {
  struct stat status {};
  struct statfs filesystem {};
  check(::stat(link.c_str(), &status), "stat", link);
  check(::statfs(link.c_str(), &filesystem), "statfs", link);
  if (filesystem.f_type == NSFS_MAGIC) return Leads::away;
  if (std::any_of(mounts.begin(), mounts.end(),
                  [mount](const MountInfo& own) { return own.id == mount; }))
    return {};
  if (S_ISDIR(status.st_mode)) return Leads::outside;
  if (filesystem.f_type == CGROUP_SUPER_MAGIC || filesystem.f_type == CGROUP2_SUPER_MAGIC)
    return Leads::group;
  return {};
}

/// The id of the mount that a link of /proc/PID leads to, as fdinfo has it for one of our own.
int mount_at(const std::string& link) {
  const Fd file = open_file(link, O_PATH);
  for (const Descriptor& own : descriptors(::getpid())) {
    if (own.number == file.get()) return own.mount;
  }
  return -1;
}

}  // namespace

std::vector<Way> ways_outside(pid_t pid) {
  const Mounts mounts = all_mounts(pid);
  const std::string process = "/proc/" + std::to_string(pid);
  std::vector<Way> ways;
  for (const Descriptor& open : descriptors(pid)) {
    const std::string link = process + "/fd/" + std::to_string(open.number);
    std::optional<Leads> leads = lead(link, open.mount, mounts);
    if (open.target == "anon_inode:[pidfd]" || open.target.starts_with("pidfd:"))
      leads = Leads::away;
    if (!leads) continue;
    ways.push_back({.held = "descriptor " + std::to_string(open.number),
                    .target = open.target,
                    .leads = *leads});
  }
  for (const auto& [name, held] :
       {std::pair{"/cwd", "its working directory"}, std::pair{"/root", "its root"}}) {
    const std::string link = process + name;
    const std::optional<Leads> leads = lead(link, mount_at(link), mounts);
    std::array<char, 4096> target{};
    const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
    check(length, "readlink", link);
    if (leads)
      ways.push_back({.held = held,
                      .target = {target.data(), static_cast<std::size_t>(length)},
                      .leads = *leads});
  }
  return ways;
}

void expect_no_way_out(const Subject& subject) {
  const std::vector<Way> ways = ways_outside(subject.payload());
  if (ways.empty()) return;
  const Way& way = ways.front();
  const bool here = !way.held.starts_with("descriptor ");
  const std::string held = here ? way.held : "its " + way.held;
  const std::string where = way.leads == Leads::away ? way.target + ": setns(2) enters it"
                            : way.leads == Leads::group
                                ? way.target + ", a file of a cgroup, by a mount that it has not"
                                : "the directory " + way.target + " of a mount that it has not";
  fail({.expected = "nothing that the command holds leads out of its own mounts",
        .seen = held + " is " + where,
        .evidence = "/proc/PAYLOAD/fd, fdinfo, cwd and root; its /proc/PAYLOAD/mountinfo",
        .hint = here                        ? "cwd-outside"
                : way.leads == Leads::away  ? "fd-of-a-namespace"
                : way.leads == Leads::group ? "fd-of-a-group"
                                            : "fd-outside"});
}

}  // namespace toolkit::checks
