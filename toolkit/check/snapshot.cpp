#include "toolkit/check/snapshot.hpp"

#include <sys/utsname.h>

#include "toolkit/check/links.hpp"
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
    const std::string place = shell_quote(mount.target);
    if (mount.type == "nsfs") {  // as `ip netns add` keeps them
      things.emplace("the namespace " + mount.root + ", kept at " + mount.target,
                     "umount " + place + " && rm " + place);
      continue;
    }
    std::string what =
        "the mount " + mount.target + " (" + mount.type + " from " + mount.source + ")";
    const int count = ++times[what];
    if (count > 1) what += ", " + std::to_string(count) + " times";
    things.emplace(std::move(what), "umount " + place);
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

/// What the kernel adds by itself, and when it likes: addresses of a link alone, groups.
bool is_of_its_own(std::string_view address) {
  return address.starts_with("fe80:") || address.starts_with("ff00:");
}

std::string ip_for(std::string_view address) {
  return address.find(':') == address.npos ? "ip " : "ip -6 ";
}

void add_network(Things& things) {
  for (const Link& link : links_here()) {
    things.emplace("the link " + link.name, "ip link del " + link.name);
    if (link.up)
      things.emplace("the state up of link " + link.name, "ip link set " + link.name + " down");
    for (const std::string& address : link.addresses) {
      if (is_of_its_own(address)) continue;
      things.emplace("the address " + address + " of link " + link.name,
                     "ip addr del " + address + " dev " + link.name);
    }
  }
  for (const std::string& route : routes_here()) {
    if (is_of_its_own(route)) continue;
    const std::string_view to = std::string_view(route).substr(0, route.find(' '));
    const std::string link = route.substr(route.rfind(' ') + 1);
    things.emplace("the route to " + route,
                   ip_for(route) + "route del " + std::string(to) + " dev " + link);
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
  add_network(snapshot.things);
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
