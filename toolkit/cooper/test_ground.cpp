#include "toolkit/cooper/test_ground.hpp"

#include <net/if.h>
#include <unistd.h>

#include <filesystem>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::test {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

void make_root(const std::string& root) {
  fs::create_directories(root + "/bin");
  fs::copy_file(COOPERAGE_BUSYBOX, root + "/bin/busybox");
  for (const char* applet : {"true", "cat", "sh", "sleep"}) {
    fs::create_symlink("busybox", root + "/bin/" + applet);
  }
  for (const char* directory : {"dev", "etc", "proc", "sys", "tmp"}) {
    fs::create_directories(root + '/' + directory);
  }
  fs::copy_file(built("tests/orphan"), root + "/bin/orphan");
}

}  // namespace

Ground::Ground(Caller caller) {
  if (caller == Caller::nobody) uid_ = is_root() ? kNobody : ::geteuid();
  fs::permissions(directory_.path(), fs::perms(0755));
  make_root(rootfs());
  fs::copy_file(built("bin/cooper"), cooper());
  fs::create_directories(directory_.at("own"));
  check(::chown(directory_.at("own").c_str(), uid_, uid_ == kNobody ? kNobody : ::getegid()),
        "chown", "own");
}

std::vector<std::string> Ground::run_words(const std::string& state,
                                           const std::vector<std::string>& words) const {
  std::vector<std::string> all = {cooper(), "--state", state, "run"};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

std::vector<std::string> Ground::as_caller(std::vector<std::string> words) const {
  if (uid_ == ::geteuid()) return words;
  const std::string id = std::to_string(uid_);
  std::vector<std::string> all = {"setpriv", "--reuid", id, "--regid", id, "--clear-groups", "--"};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

std::string cannot_call_as(Caller caller) {
  if (caller == Caller::root) return is_root() ? "" : "not root";
  return has_user_namespaces() ? "" : "user namespaces are not allowed here";
}

HostState host_state() {
  HostState state;
  // Who is not root has no right to a mount there, and root's own come and go meanwhile.
  if (is_root()) state.mounts = read_file("/proc/self/mountinfo");
  struct if_nameindex* links = ::if_nameindex();
  for (const struct if_nameindex* link = links; link != nullptr && link->if_index != 0; ++link) {
    state.links.insert(link->if_name);
  }
  ::if_freenameindex(links);
  const std::string groups = read_file("/proc/self/cgroup");
  for (const std::string_view line : lines(groups)) {
    const std::vector<std::string_view> fields = split(line, ':');
    const std::string hierarchy = fields[1].empty() ? "unified" : std::string(fields[1]);
    const std::string own = "/sys/fs/cgroup/" + hierarchy + std::string(fields[2]);
    for (const std::string& name : entries(own)) {
      const bool is_ours = name.starts_with("cooper") && !name.starts_with("cooperage-check-");
      if (is_ours && fs::is_directory(own + '/' + name)) state.cgroups.insert(own + '/' + name);
    }
  }
  return state;
}

void leave_machine() {
  unshare(Ns::mount | Ns::net | Ns::uts | Ns::ipc);
  set_propagation("/", Propagation::private_);
  set_propagation("/", Propagation::shared);
}

std::set<std::string> entries(const std::string& directory) {
  std::set<std::string> names;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(directory, absent)) {
    names.insert(entry.path().filename());
  }
  return names;
}

}  // namespace toolkit::test
