#include "toolkit/course/doctor/gather.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

#include "toolkit/container/state.hpp"
#include "toolkit/course/doctor/cgroups.hpp"
#include "toolkit/course/doctor/files.hpp"
#include "toolkit/course/doctor/tools.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/kernel/tty.hpp"
#include "toolkit/kernel/users.hpp"

namespace toolkit::course {
namespace {

constexpr std::array kSysctls{
    "user.max_user_namespaces",         "user.max_mnt_namespaces",
    "user.max_pid_namespaces",          "user.max_uts_namespaces",
    "user.max_ipc_namespaces",          "user.max_net_namespaces",
    "user.max_cgroup_namespaces",       "user.max_time_namespaces",
    "kernel.unprivileged_userns_clone", "kernel.apparmor_restrict_unprivileged_userns"};

std::string path_of_sysctl(const std::string& root, std::string name) {
  for (char& c : name) c = c == '.' ? '/' : c;
  return root + "/proc/sys/" + name;
}

/// The value after "Name:" in /proc/PID/status.
std::string_view status_field(std::string_view status, std::string_view name) {
  for (const std::string_view line : lines(status)) {
    if (line.starts_with(name) && line.substr(name.size()).starts_with(':')) {
      return trim(line.substr(name.size() + 1));
    }
  }
  return {};
}

CapSet parse_capabilities(std::string_view hexadecimal) {
  std::uint64_t bits = 0;
  constexpr int kBase = 16;
  std::from_chars(hexadecimal.data(), hexadecimal.data() + hexadecimal.size(), bits, kBase);
  return CapSet(bits);
}

IdentityFacts gather_identity(const std::string& root, const std::vector<MountInfo>& mounts) {
  IdentityFacts facts;
  const auto text = [&](const std::string& path) {
    return read_if_there(root + path).value_or("");
  };
  const std::string status = text("/proc/self/status");
  const auto ids = words(status_field(status, "Uid"));
  if (ids.size() > 1) facts.uid = parse_id(ids[1]).value_or(0);  // real, effective, saved, file
  if (const auto user = find_user(text("/etc/passwd"), facts.uid)) facts.user = user->name;
  facts.effective = parse_capabilities(status_field(status, "CapEff"));
  facts.bounding = parse_capabilities(status_field(status, "CapBnd"));
  facts.last_cap = parse_id(trim(text("/proc/sys/kernel/cap_last_cap"))).value_or(facts.last_cap);
  facts.no_new_privs = status_field(status, "NoNewPrivs") == "1";
  facts.filtered = status_field(status, "Seccomp") == "2";
  const std::string map = text("/proc/self/uid_map");
  const auto whole = words(trim(map));
  facts.initial_user_ns =
      whole.size() == 3 && whole[0] == "0" && whole[1] == "0" && whole[2] == "4294967295";
  facts.chrooted = true;
  for (const MountInfo& mount : mounts) facts.chrooted = facts.chrooted && mount.target != "/";
  if (trim(text("/sys/module/apparmor/parameters/enabled")) == "Y") {
    facts.apparmor = trim(text("/proc/self/attr/current"));
  }
  const std::string name = facts.user.empty() ? std::to_string(facts.uid) : facts.user;
  facts.subuids = parse_subids(text("/etc/subuid"), name, facts.uid);
  facts.subgids = parse_subids(text("/etc/subgid"), name, facts.uid);
  return facts;
}

/// The mount a path lies on: the last of those whose target is its longest prefix.
const MountInfo* mount_of(const std::vector<MountInfo>& mounts, const std::string& path) {
  const MountInfo* best = nullptr;
  for (const MountInfo& mount : mounts) {
    const bool above =
        mount.target == "/" || path == mount.target || path.starts_with(mount.target + "/");
    if (above && (best == nullptr || mount.target.size() >= best->target.size())) best = &mount;
  }
  return best;
}

StoreFacts gather_store(const std::string& root, const std::vector<MountInfo>& mounts,
                        std::string directory) {
  while (directory.size() > 1 && !exists(root + directory)) {
    directory.erase(std::max<std::size_t>(directory.rfind('/'), 1));
  }
  StoreFacts facts{.directory = directory};
  if (const MountInfo* mount = mount_of(mounts, directory)) {
    facts.type = mount->type;
    facts.on_disk = mount->source.starts_with("/dev/");
  }
  return facts;
}

std::map<std::string, std::string> gather_tools(const std::string& root) {
  std::map<std::string, std::string> found;
  for (const Tool& known : known_tools()) {
    const std::string tool = known.name;
    for (const char* directory :
         {"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"}) {
      const std::string path = directory + tool;
      if (!found.contains(tool) && ::access((root + path).c_str(), X_OK) == 0) found[tool] = path;
    }
  }
  return found;
}

/// newuidmap and newgidmap write maps for others by being setuid root, or by file capabilities.
bool is_privileged(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return false;
  return (file.st_mode & S_ISUID) != 0 ||
         ::getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
}

/// Opening says more than looking: the device cgroup may forbid a node that is there.
Device look_at(const std::string& path) {
  const Fd device(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  if (device) return Device::open;
  return errno == ENOENT ? Device::absent : Device::closed;
}

TerminalFacts gather_terminal() {
  const std::optional<winsize> size = window_size(FdRef(STDOUT_FILENO));
  return {.is_terminal = size.has_value(), .columns = size ? size->ws_col : 0U};
}

std::vector<MountInfo> mounts_of(const std::string& root) {
  return parse_mounts(read_if_there(root + "/proc/self/mountinfo").value_or(""));
}

}  // namespace

Facts gather(const std::string& given_root, const std::string& image_directory) {
  const std::string root = given_root == "/" ? "" : given_root;
  const std::vector<MountInfo> mounts = mounts_of(root);
  Facts facts;
  facts.kernel = trim(read_if_there(root + "/proc/sys/kernel/osrelease").value_or("unknown"));
  facts.identity = gather_identity(root, mounts);
  for (const char* name : kSysctls) {
    const auto text = read_if_there(path_of_sysctl(root, name));
    const auto value = text ? parse_number(trim(*text)) : std::nullopt;
    if (value) facts.sysctls[name] = *value;
  }
  facts.cgroup = gather_cgroups(root, mounts);
  facts.store = gather_store(root, mounts, image_directory);
  facts.fuse = look_at(root + "/dev/fuse");
  facts.pressure = exists(root + "/proc/pressure/cpu");
  facts.has_dnf = exists(root + "/usr/bin/dnf");
  facts.has_sudo = exists(root + "/usr/bin/sudo");
  facts.tools = gather_tools(root);
  facts.idmap_tools_privileged = true;
  for (const char* tool : {"newuidmap", "newgidmap"}) {
    const auto path = facts.tools.find(tool);
    facts.idmap_tools_privileged = facts.idmap_tools_privileged && path != facts.tools.end() &&
                                   is_privileged(root + path->second);
  }
  return facts;
}

Facts gather_here() {
  Facts facts = gather("/", default_store_path());
  utsname name{};
  if (::uname(&name) == 0) facts.machine = name.machine;
  facts.terminal = gather_terminal();
  facts.clone3 = try_clone3();
  facts.as_root = try_steps(Who::self, facts.store.directory);
  facts.rootless = try_steps(Who::self_rootless, facts.store.directory);
  const bool has_ranges = !facts.identity.subuids.empty() && !facts.identity.subgids.empty();
  const bool may = facts.clone3 == 0 && facts.rootless && facts.rootless->worked(Step::user_ns);
  if (has_ranges && facts.idmap_tools_privileged && may) facts.id_ranges = try_id_ranges();
  if (facts.identity.uid == 0) facts.other_user = try_steps(Who::other_user, facts.store.directory);
  return facts;
}

}  // namespace toolkit::course
