#include "toolkit/course/play/view.hpp"

#include <fmt/format.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

struct stat status_of(const char* path) {
  struct stat status {};
  check(::stat(path, &status), "stat", path);
  return status;
}

bool is_root_of(const Outside& outside) {
  const struct stat root = status_of("/");
  return root.st_dev == outside.root_device && root.st_ino == outside.root_inode;
}

std::string see_root(const Outside& outside) {
  const std::filesystem::directory_iterator entries("/");
  const auto names = std::distance(begin(entries), end(entries));
  return fmt::format("{}, {} names in it", is_root_of(outside) ? "the machine's" : "another",
                     names);
}

std::string see_hostname() {
  utsname names{};
  check(::uname(&names), "uname");
  return names.nodename;
}

/// The machine's table is read through a descriptor that was opened outside.
std::size_t count_mounts(const Outside& outside) {
  check(static_cast<int>(::lseek(outside.mounts.get(), 0, SEEK_SET)), "lseek", "mountinfo");
  return lines(read_all(outside.mounts, "mountinfo")).size();
}

std::string see_mount(const Outside& outside) {
  const std::size_t before = count_mounts(outside);
  mount("try", "/tmp", "tmpfs", 0);
  const std::size_t after = count_mounts(outside);
  unmount("/tmp");
  return after > before ? "the machine gets it too" : "nobody else gets it";
}

/// The classic way: a second root below the first one leaves the working directory outside of both.
/// See chroot(2).
std::string see_way_out(const Outside& outside) {
  constexpr const char* kBelow = "/tmp/below";
  if (::mkdir(kBelow, 0700) == -1 && errno != EEXIST) throw_errno("mkdir", kBelow);
  Process climber = Process::spawn({}, [&] {
    check(::chroot(kBelow), "chroot", kBelow);
    constexpr int kFarEnough = 32;
    for (int i = 0; i < kFarEnough; ++i) check(::chdir(".."), "chdir", "..");
    check(::chroot("."), "chroot", ".");
    ::_exit(is_root_of(outside) ? 0 : 1);
  });
  climber.await_exec();
  return climber.wait().code == 0 ? "one chroot more, and climb" : "none: nothing is above it";
}

std::string see_processes() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    if (parse_id(entry.path().filename().native())) ++count;
  }
  return std::to_string(count);
}

std::string see_segments() {
  shm_info info{};
  check(::shmctl(0, SHM_INFO, reinterpret_cast<shmid_ds*>(&info)), "shmctl");  // NOLINT: so it is
  return std::to_string(info.used_ids);
}

std::string see_links() {
  const Fd socket(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
  const std::unique_ptr<struct if_nameindex, void (*)(struct if_nameindex*)> names(
      ::if_nameindex(), ::if_freenameindex);
  std::string text;
  for (const struct if_nameindex* link = names.get(); link != nullptr && link->if_index != 0;
       ++link) {  // NOLINT: a list that ends with a zero
    ifreq request{};
    std::strncpy(request.ifr_name, link->if_name, IFNAMSIZ - 1);
    check(::ioctl(socket.get(), SIOCGIFFLAGS, &request), "ioctl", "SIOCGIFFLAGS");
    const bool up = (static_cast<unsigned>(request.ifr_flags) & IFF_UP) != 0;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", link->if_name, up ? "up" : "down");
  }
  return text;
}

std::string see_ids(const Outside& outside) {
  std::uint64_t ids = 0;
  const std::string map = read_file("/proc/self/uid_map");
  for (const std::string_view line : lines(map)) {
    const std::vector<std::string_view> fields = words(line);
    ids += parse_number(fields.at(2)).value_or(0);
  }
  const bool same = namespace_id(::getpid(), Ns::user) == outside.user_namespace;
  return fmt::format("{}, {} id{}", same ? "the machine's root" : "root of itself alone", ids,
                     ids == 1 ? "" : "s");
}

std::string see_cgroups(const Outside& outside) {
  const bool same = namespace_id(::getpid(), Ns::cgroup) == outside.cgroup_namespace;
  return same ? "begin at the machine's group" : "begin at its own group";
}

}  // namespace

Outside look_outside() {
  const struct stat root = status_of("/");
  return {.root_device = root.st_dev,
          .root_inode = root.st_ino,
          .user_namespace = namespace_id(::getpid(), Ns::user),
          .cgroup_namespace = namespace_id(::getpid(), Ns::cgroup),
          .mounts = open_file("/proc/self/mountinfo", O_RDONLY)};
}

View look(const Outside& outside) {
  return {see_root(outside),
          see_hostname(),
          see_mount(outside),
          see_way_out(outside),
          ::getpid() == 1 ? "1" : "not 1, which is the machine's",
          see_processes(),
          see_segments(),
          see_links(),
          see_ids(outside),
          see_cgroups(outside)};
}

std::vector<std::size_t> changed(const View& before, const View& after) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < after.size(); ++row) {
    if (before.at(row) != after.at(row)) rows.push_back(row);
  }
  return rows;
}

std::string to_text(const View& view) { return fmt::format("{}\n", fmt::join(view, "\n")); }

View view_from_text(std::string_view text) {
  View view;
  for (const std::string_view line : lines(text)) view.emplace_back(line);
  if (view.size() != kRows.size()) throw std::runtime_error("a process ended before it had looked");
  return view;
}

}  // namespace toolkit::course
