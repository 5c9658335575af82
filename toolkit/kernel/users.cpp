// Born in lab 09.
#include "toolkit/kernel/users.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

std::optional<PasswdEntry> parse_passwd_line(std::string_view line) {
  const std::vector<std::string_view> fields = split(line, ':');
  if (fields.size() < 6) return {};
  const auto uid = parse_id(fields[2]);
  const auto gid = parse_id(fields[3]);
  if (!uid || !gid) return {};
  return PasswdEntry{
      .name = std::string(fields[0]), .uid = *uid, .gid = *gid, .home = std::string(fields[5])};
}

template <typename Matches>
std::optional<PasswdEntry> find_entry(std::string_view passwd, Matches matches) {
  for (const std::string_view line : lines(passwd)) {
    auto entry = parse_passwd_line(line);
    if (entry && matches(*entry)) return entry;
  }
  return {};
}

std::optional<gid_t> find_group(std::string_view group, std::string_view name) {
  for (const std::string_view line : lines(group)) {
    const std::vector<std::string_view> fields = split(line, ':');
    if (fields.size() >= 3 && fields[0] == name) return parse_id(fields[2]);
  }
  return {};
}

std::vector<gid_t> groups_of(std::string_view group, std::string_view user) {
  std::vector<gid_t> found;
  for (const std::string_view line : lines(group)) {
    const std::vector<std::string_view> fields = split(line, ':');
    if (fields.size() < 4) continue;
    const std::vector<std::string_view> members = split(fields[3], ',');
    const auto gid = parse_id(fields[2]);
    if (gid && std::find(members.begin(), members.end(), user) != members.end()) {
      found.push_back(*gid);
    }
  }
  return found;
}

bool looks_like_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::runtime_error unknown(std::string_view kind, std::string_view name, std::string_view file) {
  return std::runtime_error("no " + std::string(kind) + " '" + printable(name) +
                            "' in the container's " + std::string(file));
}

std::runtime_error malformed(std::string_view wanted) {
  return std::runtime_error("'" + printable(wanted) +
                            "' is no user: write NAME, UID, NAME:GROUP or UID:GID");
}

}  // namespace

std::optional<PasswdEntry> find_user(std::string_view passwd, std::string_view name) {
  return find_entry(passwd, [name](const PasswdEntry& entry) { return entry.name == name; });
}

std::optional<PasswdEntry> find_user(std::string_view passwd, uid_t uid) {
  return find_entry(passwd, [uid](const PasswdEntry& entry) { return entry.uid == uid; });
}

Identity resolve_user(std::string_view wanted, std::string_view passwd, std::string_view group) {
  const std::size_t colon = wanted.find(':');
  const std::string_view user = wanted.substr(0, colon);
  if (user.empty()) throw malformed(wanted);
  const auto entry = [&] {
    if (!looks_like_number(user)) return find_user(passwd, user);
    const auto uid = parse_id(user);
    if (!uid) throw malformed(wanted);
    return find_user(passwd, *uid);
  }();
  if (!entry && !looks_like_number(user)) throw unknown("user", user, "/etc/passwd");

  Identity identity;
  identity.uid = entry ? entry->uid : *parse_id(user);
  if (entry) {
    identity.gid = entry->gid;
    if (!entry->home.empty()) identity.home = entry->home;
    identity.groups = groups_of(group, entry->name);
  }
  if (colon == std::string_view::npos) return identity;

  const std::string_view name = wanted.substr(colon + 1);
  if (name.empty()) throw malformed(wanted);
  const auto gid = looks_like_number(name) ? parse_id(name) : find_group(group, name);
  if (!gid && looks_like_number(name)) throw malformed(wanted);
  if (!gid) throw unknown("group", name, "/etc/group");
  identity.gid = *gid;
  identity.groups.clear();  // a group given by name or number is the only one, as docker has it
  return identity;
}

namespace {

bool maps(const std::vector<IdMap>& map, std::uint32_t inside) {
  return std::any_of(map.begin(), map.end(), [inside](const IdMap& line) {
    return inside >= line.inside && inside - line.inside < line.count;
  });
}

}  // namespace

bool IdMaps::maps_uid(std::uint32_t inside) const { return maps(uids, inside); }
bool IdMaps::maps_gid(std::uint32_t inside) const { return maps(gids, inside); }

std::vector<IdMap> parse_subids(std::string_view file, std::string_view name, uid_t uid) {
  std::vector<IdMap> ranges;
  const std::string number = std::to_string(uid);
  for (const std::string_view line : lines(file)) {
    const std::vector<std::string_view> fields = split(line, ':');
    const bool is_ours = fields[0] == number || (fields[0] == name && !name.empty());
    if (fields.size() != 3 || !is_ours) continue;
    const auto first = parse_id(fields[1]);
    const auto count = parse_id(fields[2]);
    if (first && count && *count > 0)
      ranges.push_back({.inside = 0, .outside = *first, .count = *count});
  }
  return ranges;
}

IdMaps rootless_maps(uid_t uid, gid_t gid, const std::vector<IdMap>& subuids,
                     const std::vector<IdMap>& subgids) {
  const auto chain = [](std::uint32_t own, const std::vector<IdMap>& ranges) {
    std::vector<IdMap> map = {{.inside = 0, .outside = own, .count = 1}};
    std::uint32_t next = 1;
    for (const IdMap& range : ranges) {
      map.push_back({.inside = next, .outside = range.outside, .count = range.count});
      next += range.count;
    }
    return map;
  };
  if (subuids.empty() || subgids.empty()) return {.uids = chain(uid, {}), .gids = chain(gid, {})};
  return {.uids = chain(uid, subuids),
          .gids = chain(gid, subgids),
          .setgroups = IdMaps::Setgroups::allow,
          .writer = IdMaps::Writer::newidmap};
}

namespace {

std::string read_or_empty(const std::string& path) {
  try {
    return read_file(path);
  } catch (const SystemError&) {
    return {};  // a machine without the file gives no ranges
  }
}

/// newuidmap and newgidmap, where distributions put them; PATH is the caller's and not trusted.
std::string idmap_tool(const std::string& name) {
  for (const char* directory : {"/usr/bin/", "/bin/", "/usr/sbin/", "/usr/local/bin/"}) {
    std::string path = directory + name;
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

}  // namespace

IdMaps maps_of_caller() {
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  if (idmap_tool("newuidmap").empty() || idmap_tool("newgidmap").empty()) {
    return rootless_maps(uid, gid, {}, {});
  }
  const auto entry = find_user(read_or_empty("/etc/passwd"), uid);
  const std::string name = entry ? entry->name : std::string();
  return rootless_maps(uid, gid, parse_subids(read_or_empty("/etc/subuid"), name, uid),
                       parse_subids(read_or_empty("/etc/subgid"), name, uid));
}

IdMaps identity_maps() {
  constexpr std::uint32_t kAll = 0xffffffff;
  const std::vector<IdMap> all = {{.inside = 0, .outside = 0, .count = kAll}};
  return {.uids = all, .gids = all, .setgroups = IdMaps::Setgroups::allow};
}

std::string format_map(const std::vector<IdMap>& map) {
  std::string text;
  for (const IdMap& line : map) {
    text += std::to_string(line.inside) + ' ' + std::to_string(line.outside) + ' ' +
            std::to_string(line.count) + '\n';
  }
  return text;
}

namespace {

/// Runs newuidmap or newgidmap; what it has to say goes to our stderr.
void run_idmap_tool(const std::string& name, pid_t target, const std::vector<IdMap>& map) {
  const std::string path = idmap_tool(name);
  std::vector<std::string> argv = {name, std::to_string(target)};
  for (const IdMap& line : map) {
    argv.push_back(std::to_string(line.inside));
    argv.push_back(std::to_string(line.outside));
    argv.push_back(std::to_string(line.count));
  }
  std::vector<char*> pointers;
  for (std::string& word : argv) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_t tool = 0;
  const int failed = ::posix_spawn(&tool, path.c_str(), nullptr, nullptr, pointers.data(), environ);
  if (failed != 0) throw SystemError(failed, "exec", path);
  int status = 0;
  while (::waitpid(tool, &status, 0) == -1) {
    if (errno != EINTR) throw_errno("waitpid", path);
  }
  if (status != 0) {
    throw std::runtime_error(path +
                             " refused the id map; /etc/subuid and /etc/subgid say what it allows");
  }
}

}  // namespace

void write_id_maps(pid_t pid, const IdMaps& maps) {
  const std::string directory = "/proc/" + std::to_string(pid);
  if (maps.writer == IdMaps::Writer::newidmap) {
    run_idmap_tool("newuidmap", pid, maps.uids);
    run_idmap_tool("newgidmap", pid, maps.gids);
    return;
  }
  if (maps.setgroups == IdMaps::Setgroups::deny) write_file(directory + "/setgroups", "deny");
  write_file(directory + "/uid_map", format_map(maps.uids));
  write_file(directory + "/gid_map", format_map(maps.gids));
}

}  // namespace toolkit
