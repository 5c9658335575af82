#include "toolkit/check/snapshot.hpp"

#include <sys/utsname.h>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

using Things = std::map<std::string, std::string>;

/// Two mounts at one place are two things: the second is told as "2 times".
void add_mounts(const std::string& mountinfo, Things& things) {
  std::map<std::string, int> times;
  for (const MountInfo& mount : parse_mounts(mountinfo)) {
    std::string what =
        "the mount " + mount.target + " (" + mount.type + " from " + mount.source + ")";
    const int count = ++times[what];
    if (count > 1) what += ", " + std::to_string(count) + " times";
    things.emplace(std::move(what), "umount " + shell_quote(mount.target));
  }
}

/// A table of /proc with a line of titles: two of its columns name a thing.
void add_table(const std::string& path, const std::string& kind, std::size_t first,
               std::size_t second, const std::string& remedy, Things& things) {
  const std::string text = read_file(path);
  bool title = true;
  for (const std::string_view line : lines(text)) {
    const std::vector<std::string_view> fields = words(line);
    if (!title && fields.size() > second) {
      things.emplace(
          kind + ' ' + std::string(fields[first]) + " (" + std::string(fields[second]) + ')',
          remedy + ' ' + std::string(fields[second]));
    }
    title = false;
  }
}

void add_links(Things& things) {
  const std::string text = read_file("/proc/self/net/dev");
  for (const std::string_view line : lines(text)) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;  // the two lines of titles
    const std::string name(trim(line.substr(0, colon)));
    things.emplace("the link " + name, "ip link del " + name);
  }
}

void add_routes(Things& things) {
  const std::string text = read_file("/proc/self/net/route");
  for (const std::string_view line : lines(text)) {
    const std::vector<std::string_view> fields = words(line);
    if (fields.size() < 3 || fields[0] == "Iface") continue;
    things.emplace("the route to " + std::string(fields[1]) + " by " + std::string(fields[0]),
                   "ip route flush dev " + std::string(fields[0]));
  }
}

}  // namespace

Snapshot take_snapshot(const std::string& mountinfo) {
  utsname names{};
  check(::uname(&names), "uname");
  Snapshot snapshot{.hostname = names.nodename, .domainname = names.domainname};
  add_mounts(mountinfo, snapshot.things);
  add_table("/proc/sysvipc/shm", "the shared memory segment", 0, 1, "ipcrm -m", snapshot.things);
  add_table("/proc/sysvipc/msg", "the message queue", 0, 1, "ipcrm -q", snapshot.things);
  add_table("/proc/sysvipc/sem", "the semaphore set", 0, 1, "ipcrm -s", snapshot.things);
  add_links(snapshot.things);
  add_routes(snapshot.things);
  return snapshot;
}

// Fields end with a zero byte: none of them can hold one.
std::string to_text(const Snapshot& snapshot) {
  std::string text = snapshot.hostname + '\0' + snapshot.domainname + '\0';
  for (const auto& [what, remedy] : snapshot.things) text += what + '\0' + remedy + '\0';
  return text;
}

Snapshot snapshot_from_text(const std::string& text) {
  const std::vector<std::string_view> fields = split(text, '\0');
  Snapshot snapshot{.hostname = std::string(fields.at(0)), .domainname = std::string(fields.at(1))};
  for (std::size_t i = 2; i + 1 < fields.size(); i += 2) {
    snapshot.things.emplace(fields[i], fields[i + 1]);
  }
  return snapshot;
}

std::vector<Leftover> compare(const Snapshot& before, const Snapshot& after) {
  std::vector<Leftover> left;
  if (before.hostname != after.hostname) {
    left.push_back(
        {.what = "the machine's name is " + after.hostname + ", and was " + before.hostname,
         .remedy = "hostname " + shell_quote(before.hostname)});
  }
  if (before.domainname != after.domainname) {
    left.push_back({.what = "the machine's domain name is " + after.domainname + ", and was " +
                            before.domainname,
                    .remedy = "domainname " + shell_quote(before.domainname)});
  }
  for (const auto& [what, remedy] : after.things) {
    if (before.things.count(what) == 0) left.push_back({.what = what, .remedy = remedy});
  }
  for (const auto& [what, remedy] : before.things) {
    if (after.things.count(what) == 0) {
      left.push_back({.what = what + " is gone, which was somebody else's", .remedy = "none"});
    }
  }
  return left;
}

}  // namespace toolkit::checks
