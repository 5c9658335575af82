#include "toolkit/course/demo/sight.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <vector>

#include "toolkit/kernel/capabilities.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

namespace fs = std::filesystem;

/// The value of one line of a status file: "NSpid:\t123\t1" has "123\t1".
std::string_view status_value(std::string_view status, std::string_view key) {
  for (const std::string_view line : lines(status)) {
    if (line.starts_with(key)) return trim(line.substr(key.size()));
  }
  return {};
}

/// The last number of NSpid is the pid in the innermost namespace.
std::string own_pid(std::string_view status) {
  const std::string_view ids = status_value(status, "NSpid:");
  const std::size_t last = ids.find_last_of(" \t");
  return std::string(last == std::string_view::npos ? ids : ids.substr(last + 1));
}

std::size_t count_processes(const fs::path& proc) {
  std::size_t count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(proc)) {
    if (parse_id(entry.path().filename().string())) ++count;
  }
  return count;
}

std::string root_mount(const std::vector<MountInfo>& mounts) {
  std::string found = "?";
  for (const MountInfo& mount : mounts) {
    if (mount.target == "/")
      found = mount.type == mount.source ? mount.type : mount.type + " on " + mount.source;
  }
  return found;
}

/// The interfaces of a network namespace: the first word of each line of net/dev after its heading.
std::string interfaces(std::string_view dev) {
  std::vector<std::string> names;
  for (const std::string_view line : lines(dev)) {
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) names.emplace_back(trim(line.substr(0, colon)));
  }
  constexpr std::size_t kMost = 3;
  if (names.size() <= kMost) return fmt::format("{}", fmt::join(names, " "));
  return fmt::format("{} and {} more", fmt::join(names.begin(), names.begin() + kMost, " "),
                     names.size() - kMost);
}

/// Who root is: the first line of uid_map, and how many ids there are.
std::string describe_users(std::string_view uid_map) {
  std::uint64_t ids = 0;
  std::string root = "nobody";
  for (const std::string_view line : lines(uid_map)) {
    const std::vector<std::string_view> fields = words(line);
    if (fields.size() != 3) continue;
    ids += parse_number(fields[2]).value_or(0);
    if (fields[0] == "0") root = fields[1];
  }
  constexpr std::uint64_t kAllIds = 0xffffffff;
  if (ids == kAllIds && root == "0") return "root is root, all ids";
  return fmt::format("root is uid {}, {} id{}", root, ids, ids == 1 ? "" : "s");
}

std::size_t count_devices(const fs::path& directory) {
  std::size_t count = 0;
  const auto options = fs::directory_options::skip_permission_denied;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory, options)) {
    const fs::file_status status = entry.symlink_status();
    if (fs::is_character_file(status) || fs::is_block_file(status)) ++count;
  }
  return count;
}

std::string describe_capabilities(std::string_view status) {
  const std::string bounding(status_value(status, "CapBnd:"));
  const CapSet set(std::stoull(bounding, nullptr, 16));
  return fmt::format("{} can be had", capability_names(set).size());
}

}  // namespace

Sight look_at(pid_t pid, const std::string& hostname) {
  const std::string proc = "/proc/" + std::to_string(pid);
  const std::string status = read_file(proc + "/status");
  const std::vector<MountInfo> mounts = parse_mounts(read_file(proc + "/mountinfo"));
  const fs::path root = proc + "/root";
  return {.pid = own_pid(status),
          .hostname = hostname,
          .processes = std::to_string(count_processes(root / "proc")),
          .mounts = std::to_string(mounts.size()),
          .root = root_mount(mounts),
          .network = interfaces(read_file(proc + "/net/dev")),
          .users = describe_users(read_file(proc + "/uid_map")),
          .devices = fmt::format("{} nodes", count_devices(root / "dev")),
          .capabilities = describe_capabilities(status)};
}

bool in_own_user_namespace(pid_t pid) {
  return namespace_id(pid, Ns::user) != namespace_id(::getpid(), Ns::user);
}

}  // namespace toolkit::course
