#include "toolkit/check/ids.hpp"

#include <unistd.h>

#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

// systemd leaves 1879048192 to 2147352575 unused. See "Users, Groups, UIDs and GIDs on systemd Systems".
constexpr std::uint32_t kFirst = 1'900'000'000;
constexpr std::uint32_t kCount = 65536;

/// Does an id map of this process hold the whole range?
bool has_range(const char* map) {
  const std::string text = read_file(map);
  for (const std::string_view line : lines(text)) {
    const std::vector<std::string_view> fields = words(line);
    const std::uint64_t inside = parse_number(fields.at(0)).value_or(0);
    const std::uint64_t count = parse_number(fields.at(2)).value_or(0);
    if (inside <= kFirst && kFirst + kCount <= inside + count) return true;
  }
  return false;
}

}  // namespace

IdMaps machine_ids() {
  if (::geteuid() != 0) return maps_of_caller();
  if (!has_range("/proc/self/uid_map") || !has_range("/proc/self/gid_map")) {
    return rootless_maps(0, 0, {}, {});  // root of some other user namespace: no host's root either
  }
  const std::vector<IdMap> range = {{.inside = 0, .outside = kFirst, .count = kCount}};
  return {.uids = range, .gids = range, .setgroups = IdMaps::Setgroups::allow};
}

}  // namespace toolkit::checks
