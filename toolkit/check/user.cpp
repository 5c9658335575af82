#include "toolkit/check/user.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toolkit/check/machine.hpp"
#include "toolkit/check/random.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

constexpr std::uint32_t kEnough = 65536;
constexpr const char* kTools[] = {"/usr/bin/newuidmap", "/usr/bin/newgidmap"};  // NOLINT

std::uint32_t number_at(const std::vector<std::string_view>& fields, std::size_t index) {
  return static_cast<std::uint32_t>(parse_number(fields.at(index)).value_or(0));
}

/// What an id of a machine is outside, and how many follow it; nothing maps onto 0 ids.
struct Reach {
  std::uint32_t outside = 0;
  std::uint32_t count = 0;
};
Reach reach_of(const std::string& map, std::uint32_t id) {
  for (const std::string_view line : lines(map)) {
    const std::vector<std::string_view> fields = words(line);
    const std::uint32_t inside = number_at(fields, 0);
    const std::uint32_t count = number_at(fields, 2);
    if (inside > id || id - inside >= count) continue;
    return {.outside = number_at(fields, 1) + (id - inside), .count = count - (id - inside)};
  }
  return {};
}

std::string map_of(const Machine& machine, const char* name) {
  return read_file("/proc/" + std::to_string(machine.keeper()) + '/' + name);
}

bool has_many_ids(const Machine& machine) {
  return reach_of(map_of(machine, "uid_map"), 1).count + 1 >= kEnough &&
         reach_of(map_of(machine, "gid_map"), 1).count + 1 >= kEnough;
}

std::string lacking_tools() {
  for (const char* tool : kTools) {
    if (::access(tool, R_OK) == -1) return tool;
  }
  for (const char* file : {"/etc/subuid", "/etc/subgid"}) {
    if (::access(file, F_OK) == -1) return file;
  }
  return {};
}

void write_new(const std::string& path, std::string_view content, mode_t mode) {
  const Fd file = open_file(path, O_WRONLY | O_CREAT | O_EXCL, mode);
  write_all(file, content, path);
  check(::fchmod(file.get(), mode), "chmod", path);
}

SubordinateIds random_range() {
  return {.first = static_cast<std::uint32_t>(random_number(20000, 40000)),
          .count = static_cast<std::uint32_t>(random_number(100, 999))};
}

std::string line_of(const std::string& name, const SubordinateIds& ids) {
  return name + ':' + std::to_string(ids.first) + ':' + std::to_string(ids.count) + '\n';
}

/// The machine's own files of users, and tools that are set-user-ID its root: the host's belong to
/// nobody there. They lie on a mount without nosuid, and cover the host's.
void install(Machine& machine, const User& user) {
  const std::string newuidmap = read_file(kTools[0]);
  const std::string newgidmap = read_file(kTools[1]);
  const std::string passwd = "root:x:0:0:root:/root:/bin/sh\n" + user.name +
                             ":x:" + std::to_string(user.uid) + ':' + std::to_string(user.gid) +
                             "::" + user.home + ":/bin/sh\n";
  static_cast<void>(machine.inside(Ns::mount, [&] {
    mount("users", "/mnt", "tmpfs", MS_NODEV, "mode=0755,size=1m,nr_inodes=32");
    const auto cover = [](const char* name, const std::string& path, std::string_view content,
                          mode_t mode) {
      write_new(name, content, mode);
      toolkit::bind(name, path);
    };
    constexpr mode_t kSetUserId = 04755;
    cover("/mnt/newuidmap", kTools[0], newuidmap, kSetUserId);
    cover("/mnt/newgidmap", kTools[1], newgidmap, kSetUserId);
    cover("/mnt/passwd", "/etc/passwd", passwd, 0644);
    cover("/mnt/subuid", "/etc/subuid", line_of(user.name, user.subuids), 0644);
    cover("/mnt/subgid", "/etc/subgid", line_of(user.name, user.subgids), 0644);
    unmount("/mnt", Detach::yes);
    return std::string();
  }));
}

void make_home(Machine& machine, const User& user) {
  static_cast<void>(machine.inside(Ns::mount, [&user] {
    check(::mkdir(user.home.c_str(), 0755), "mkdir", user.home);
    const bool same = user.depth > 0;  // the machine's root under another number
    check(::chown(user.home.c_str(), same ? 0 : user.uid, same ? 0 : user.gid), "chown", user.home);
    return std::string();
  }));
}

/// A machine with many ids has them in one piece; another has the user's own, and no more.
std::string ids_there(const User& user, std::string_view seen, std::uint32_t outside,
                      std::uint32_t own) {
  std::string line;
  for (const std::string_view word : words(seen)) {
    const std::optional<std::uint32_t> id = parse_id(word);
    const std::uint32_t there = id.value_or(0) - outside + own;
    const bool is_known = id && (*id == outside || (user.depth == 0 && there < kEnough));
    line += (line.empty() ? "" : " ") + (is_known ? std::to_string(there) : std::string(word));
  }
  return line;
}

}  // namespace

std::string uids_there(const User& user, std::string_view seen) {
  return ids_there(user, seen, user.outside_uid, user.uid);
}
std::string gids_there(const User& user, std::string_view seen) {
  return ids_there(user, seen, user.outside_gid, user.gid);
}

User make_user(Machine& machine) {
  User user{.name = random_name(), .home = machine.work(random_name())};
  user.uid = static_cast<uid_t>(random_number(1000, 4999));
  user.gid = static_cast<gid_t>(random_number(5000, 9999));
  if (!has_many_ids(machine)) {
    user.depth = 1;
    user.outside_uid = reach_of(map_of(machine, "uid_map"), 0).outside;
    user.outside_gid = reach_of(map_of(machine, "gid_map"), 0).outside;
    user.no_ranges = "this machine has one user id, and none to lend";
    user.remedy = "as root there are more: sudo ./lab check";
    make_home(machine, user);
    machine.settle();
    return user;
  }
  user.groups = {static_cast<gid_t>(random_number(10000, 14999)),
                 static_cast<gid_t>(random_number(15000, 19999))};
  user.outside_uid = reach_of(map_of(machine, "uid_map"), user.uid).outside;
  user.outside_gid = reach_of(map_of(machine, "gid_map"), user.gid).outside;
  make_home(machine, user);
  if (const std::string lacks = lacking_tools(); !lacks.empty()) {
    user.no_ranges = "there is no " + lacks + " here";
    user.remedy = "install newuidmap: sudo apt-get install uidmap (shadow-utils elsewhere)";
  } else {
    user.subuids = random_range();
    user.subgids = random_range();
    install(machine, user);
  }
  machine.settle();
  return user;
}

void become(const User& user) {
  if (user.depth > 0) {
    const uid_t uid = ::geteuid();
    const gid_t gid = ::getegid();
    check(::unshare(CLONE_NEWUSER), "unshare", "CLONE_NEWUSER");
    write_file("/proc/self/setgroups", "deny");
    write_file("/proc/self/uid_map", std::to_string(user.uid) + ' ' + std::to_string(uid) + " 1\n");
    write_file("/proc/self/gid_map", std::to_string(user.gid) + ' ' + std::to_string(gid) + " 1\n");
  } else {
    check(::setgroups(user.groups.size(), user.groups.data()), "setgroups");
    check(::setresgid(user.gid, user.gid, user.gid), "setresgid");
    check(::setresuid(user.uid, user.uid, user.uid), "setresuid");
    check(::prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl", "PR_SET_PDEATHSIG");
  }
  check(::chdir(user.home.c_str()), "chdir", user.home);
}

}  // namespace toolkit::checks
