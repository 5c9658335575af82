#include "toolkit/check/group_names.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/proc.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

constexpr std::string_view kPrefix = "cooperage-check-";

/// The time a process was started, in ticks since the boot: with its number it is never another's.
std::string start_time(pid_t pid) { return std::to_string(process_stat(pid).start_time); }

std::string boot() { return read_file("/proc/sys/kernel/random/boot_id").substr(0, 8); }

/// The pid namespace that a group's number of a process belongs to.
std::string numbers_of() { return std::to_string(namespace_id(::getpid(), Ns::pid)); }

/// Has the maker of a group ended? Its name tells: PREFIX boot - pid namespace - pid - start. Of another
/// pid namespace nothing is known.
bool is_abandoned(const std::string& name) {
  const std::vector<std::string_view> fields =
      split(std::string_view(name).substr(kPrefix.size()), '-');
  if (fields.size() < 4 || fields[0] != boot()) return true;
  if (fields[1] != numbers_of()) return false;
  try {
    return start_time(static_cast<pid_t>(parse_id(fields[2]).value_or(0))) != fields[3];
  } catch (const SystemError&) {
    return true;
  }
}

std::vector<std::string> directories_in(const std::string& path) {
  std::vector<std::string> found;
  std::error_code gone;  // whoever is in there may have removed it
  for (const auto& entry : std::filesystem::directory_iterator(path, gone)) {
    if (entry.is_directory(gone)) found.push_back(entry.path());
  }
  return found;
}

void remove_below(const std::string& path, int& patience) {
  for (const std::string& group : directories_in(path)) remove_below(group, patience);
  // The kernel takes a process out of its group a moment after it was waited for.
  while (::rmdir(path.c_str()) == -1 && errno == EBUSY && patience-- > 0) ::poll(nullptr, 0, 1);
}

}  // namespace

std::string new_group_name() {
  static int count = 0;
  const pid_t self = ::getpid();
  return std::string(kPrefix) + boot() + '-' + numbers_of() + '-' + std::to_string(self) + '-' +
         start_time(self) + '-' + std::to_string(count++);
}

void remove_group(const std::string& path) {
  int patience = 500;  // milliseconds, for all together
  remove_below(path, patience);
}

void sweep_groups_in(const std::string& directory) {
  for (const std::string& path : directories_in(directory)) {
    const std::string name = path.substr(path.rfind('/') + 1);
    int patience = 0;
    if (name.starts_with(kPrefix) && is_abandoned(name)) remove_below(path, patience);
  }
}

}  // namespace toolkit::checks
