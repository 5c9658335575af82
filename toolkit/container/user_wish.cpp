#include "toolkit/container/user_wish.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "toolkit/container/sharing.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

using Kind = UserWish::Kind;

[[noreturn]] void refuse(const std::string& option, const std::string& word,
                         const std::string& why) {
  throw std::runtime_error(option + " '" + printable(word) + "': " + why);
}

IdMap parse_map(const std::string& option, const std::string& word) {
  const std::vector<std::string_view> fields = split(word, ':');
  if (fields.size() != 3) refuse(option, word, "write INSIDE:OUTSIDE:COUNT");
  const auto inside = parse_id(fields[0]);
  const auto outside = parse_id(fields[1]);
  const auto count = parse_number(fields[2]);
  if (!inside || !outside || !count) refuse(option, word, "write three numbers");
  if (*count == 0) refuse(option, word, "a map of no ids");
  constexpr std::uint64_t kIds = std::numeric_limits<std::uint32_t>::max();
  if (*count > kIds || std::max(*inside, *outside) + *count > kIds) {
    refuse(option, word, "it goes beyond the last id, 4294967294");
  }
  return {.inside = *inside, .outside = *outside, .count = static_cast<std::uint32_t>(*count)};
}

bool overlap(std::uint32_t a, std::uint32_t b, std::uint32_t count_a, std::uint32_t count_b) {
  return a <= b ? b - a < count_a : a - b < count_b;
}

/// What the kernel would refuse with nothing but EINVAL.
std::vector<IdMap> parse_maps(const std::string& option, const std::vector<std::string>& all) {
  constexpr std::size_t kMost = 340;  // UID_GID_MAP_MAX_EXTENTS
  if (all.size() > kMost) refuse(option, all.back(), "more than the 340 that the kernel takes");
  std::vector<IdMap> maps;
  for (const std::string& word : all) {
    const IdMap map = parse_map(option, word);
    for (const IdMap& other : maps) {
      if (overlap(map.inside, other.inside, map.count, other.count) ||
          overlap(map.outside, other.outside, map.count, other.count)) {
        refuse(option, word, "an id of it is in another map already");
      }
    }
    maps.push_back(map);
  }
  const auto has_root = [](const IdMap& map) { return map.inside == 0; };
  if (!maps.empty() && std::none_of(maps.begin(), maps.end(), has_root)) {
    refuse(option, all.front(), "id 0, the container's root, is in no map: add 0:OUTSIDE:1");
  }
  return maps;
}

}  // namespace

UserWish parse_user_wish(const std::string& userns, const std::vector<std::string>& uidmaps,
                         const std::vector<std::string>& gidmaps) {
  UserWish wish;
  const std::string path = namespace_path(userns);
  if (!path.empty()) {
    wish = {.kind = Kind::joined, .path = path};
  } else if (userns == "host") {
    wish.kind = Kind::host;
  } else if (userns == "private") {
    wish.kind = Kind::private_;
  } else if (userns == "keep-id") {
    wish.kind = Kind::keep_id;
  } else if (!userns.empty()) {
    refuse("--userns", userns, "it is host, private, keep-id or ns:PATH");
  }
  if (uidmaps.empty() && gidmaps.empty()) return wish;
  if (wish.kind != Kind::automatic && wish.kind != Kind::private_) {
    refuse("--userns", userns,
           "--uidmap and --gidmap make a user namespace of the container's own");
  }
  wish.kind = Kind::mapped;
  wish.uids = parse_maps("--uidmap", uidmaps);
  wish.gids = parse_maps("--gidmap", gidmaps);
  if (uidmaps.empty()) wish.uids = wish.gids;
  if (gidmaps.empty()) wish.gids = wish.uids;
  return wish;
}

}  // namespace toolkit
