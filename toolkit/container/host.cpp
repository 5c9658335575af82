#include "toolkit/container/host.hpp"

#include <linux/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>

#include "toolkit/container/id_maps.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit {
namespace {

using Kind = UserWish::Kind;

// Not "is it uid 0": in many sandboxes root lacks the one capability that all of this takes.
bool is_privileged() { return current_capabilities().effective.contains(CAP_SYS_ADMIN); }

/// The maps of a user namespace as this process reads them, of a process that joins it for that.
IdMaps maps_of_namespace(FdRef users) {
  SocketPair joined = make_socket_pair();
  Process inside = Process::spawn({}, [&] {
    enter(users, Ns::user);
    send_fd(joined.theirs, users);
    ::pause();
  });
  joined.theirs.reset();
  if (!receive_fd(joined.ours)) inside.await_exec();
  const std::string directory = "/proc/" + std::to_string(inside.pid());
  const bool may_drop_groups = read_file(directory + "/setgroups") == "allow\n";
  return {.uids = parse_map_file(read_file(directory + "/uid_map")),
          .gids = parse_map_file(read_file(directory + "/gid_map")),
          .setgroups = may_drop_groups ? IdMaps::Setgroups::allow : IdMaps::Setgroups::deny};
}

IdMaps joined_maps(const std::string& path) {
  const Fd users = open_namespace_at(path, Ns::user);
  if (namespace_id(users) == namespace_id(::getpid(), Ns::user)) {
    throw std::runtime_error("--userns ns:" + path + ": this is your own, which is --userns host");
  }
  IdMaps maps = maps_of_namespace(users);
  if (has_inside(maps.uids, 0) && has_inside(maps.gids, 0)) return maps;
  throw std::runtime_error("--userns ns:" + path + ": nobody is root there, no map has id 0");
}

/// Those of --uidmap and --gidmap.
IdMaps wanted_maps(const UserWish& wish, bool privileged) {
  IdMaps maps{.uids = wish.uids, .gids = wish.gids, .setgroups = IdMaps::Setgroups::allow};
  if (privileged) {
    // What is a number here is what is inside for the user namespace that this process is in.
    const auto known = [](const std::string& file) {
      std::vector<IdMap> all = parse_map_file(read_file(file));
      for (IdMap& line : all) line.outside = line.inside;
      return all;
    };
    require_given("--uidmap", maps.uids, known("/proc/self/uid_map"));
    require_given("--gidmap", maps.gids, known("/proc/self/gid_map"));
    return maps;
  }
  const IdMaps own = maps_of_caller();
  require_given("--uidmap", maps.uids, own.uids);
  require_given("--gidmap", maps.gids, own.gids);
  const auto is_single = [](const std::vector<IdMap>& map, std::uint32_t id) {
    return map == std::vector<IdMap>{{.inside = 0, .outside = id, .count = 1}};
  };
  if (is_single(maps.uids, ::geteuid()) && is_single(maps.gids, ::getegid())) {
    maps.setgroups = IdMaps::Setgroups::deny;
  } else {
    maps.writer = IdMaps::Writer::newidmap;
  }
  return maps;
}

IdMaps kept_maps(bool privileged) {
  if (privileged) {
    throw std::runtime_error(
        "--userns keep-id: root is root already; --userns private, or --uidmap");
  }
  IdMaps maps = maps_of_caller();
  maps.uids = keep_id(maps.uids, ::geteuid());
  maps.gids = keep_id(maps.gids, ::getegid());
  if (!maps.uids.empty() && !maps.gids.empty()) return maps;
  throw std::runtime_error(
      "--userns keep-id: somebody else has to be the container's root; ranges of ids come from the "
      "package uidmap and from lines like 'NAME:100000:65536' in /etc/subuid and /etc/subgid");
}

std::optional<IdMaps> maps_for(const UserWish& wish, bool privileged) {
  switch (wish.kind) {
    case Kind::mapped:
      return wanted_maps(wish, privileged);
    case Kind::keep_id:
      return kept_maps(privileged);
    case Kind::joined:
      return joined_maps(wish.path);
    case Kind::private_:
      return privileged ? identity_maps() : maps_of_caller();
    case Kind::host:
    case Kind::automatic:
      break;
  }
  if (privileged) return {};
  return maps_of_caller();
}

/// Somebody chose these ids: the caller may be nobody among them.
bool is_chosen(Kind kind) {
  return kind == Kind::mapped || kind == Kind::keep_id || kind == Kind::joined;
}

/// Are the files of a root somebody's in the container? Where they are the numbers that stand on the
/// disk, privilege can show them so.
RootOwners find_owners(const std::string& root, const IdMaps& maps) {
  struct stat directory {};
  check(::stat(root.c_str(), &directory), "stat", root);
  const bool shifts = !is_identity(maps.uids) || !is_identity(maps.gids);
  const bool can_map = is_privileged() && has_inside(maps.uids, directory.st_uid) && shifts;
  if (can_map && directory.st_uid == 0) return RootOwners::mapped;
  if (has_outside(maps.uids, directory.st_uid)) return RootOwners::as_on_disk;
  if (can_map) return RootOwners::mapped;
  // As without a map: who can read another's root may run it.
  if (!is_privileged() && has_outside(maps.uids, ::geteuid())) return RootOwners::as_on_disk;
  throw std::runtime_error("'" + root + "' belongs to user " + std::to_string(directory.st_uid) +
                           ", who is in no map: in the container its files would be nobody's");
}

void require_owner(const Join& join, FdRef ns, const Host& host, ino_t users) {
  if (host.users == Users::host) return;
  const auto owner = [ns]() -> ino_t {
    try {
      return namespace_id(owner_of(ns));
    } catch (const SystemError&) {
      return 0;  // one that lies not below this process's
    }
  };
  if (host.users == Users::joined && owner() == users) return;
  throw std::runtime_error("ns:" + join.path +
                           ": it belongs to another user namespace than the container's: join that "
                           "one too, by --userns ns:PATH");
}

}  // namespace

Host probe_host(const std::string& base, const UserWish& wish) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  const CapSet held = current_capabilities().effective;
  const bool privileged = held.contains(CAP_SYS_ADMIN);
  if (!privileged && wish.kind == Kind::host) {
    throw std::runtime_error(
        "--userns host: without CAP_SYS_ADMIN a container needs a user namespace of its own");
  }
  Host host{.base = base, .id_maps = maps_for(wish, privileged), .capabilities = held};
  if (!host.id_maps) return host;
  host.users = wish.kind == Kind::joined ? Users::joined : Users::own;
  // Whoever makes a user namespace has every capability in it.
  host.capabilities = CapSet(kAll);
  if (is_chosen(wish.kind) && (outside_of(host.id_maps->uids, 0) != ::geteuid() ||
                               outside_of(host.id_maps->gids, 0) != ::getegid())) {
    host.builder = Builder::root;
  }
  return host;
}

void fit(Request& request, const Host& host, const UserWish& wish) {
  std::vector<Join>& joins = request.sharing.joins;
  const bool joins_users = wish.kind == Kind::joined;
  const ino_t users = joins_users ? namespace_id(open_namespace_at(wish.path, Ns::user)) : 0;
  for (const Join& join : joins) {
    require_owner(join, open_namespace_at(join.path, join.kind), host, users);
  }
  // First: the rights over the others are had inside.
  if (joins_users) joins.insert(joins.begin(), {Ns::user, wish.path});
  if (is_chosen(wish.kind)) request.root_owners = find_owners(request.root, *host.id_maps);
}

}  // namespace toolkit
