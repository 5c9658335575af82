#include <linux/mount.h>

#include <array>
#include <stdexcept>

#include "toolkit/container/stages.hpp"

namespace toolkit::stage {
namespace {

/// Inside an option of overlay, a comma ends the option and a colon the layer.
std::string overlay_path(const std::string& path) {
  std::string escaped;
  for (const char c : path) {
    if (c == ',' || c == ':' || c == '\\') escaped.push_back('\\');
    escaped.push_back(c);
  }
  return escaped;
}

std::string overlay_options(const Request& request, const Host& host) {
  std::string options = "lowerdir=" + overlay_path(request.root) +
                        ",upperdir=" + overlay_path(host.base) + "/upper" +
                        ",workdir=" + overlay_path(host.base) + "/work";
  // trusted.* attributes need a capability in the first user namespace; user.* ones do not.
  if (host.id_maps) options += ",userxattr";
  return options;
}

void add_root(Steps& steps, const Request& request, const Host& host) {
  const std::string root = host.base + "/root";
  steps.push_back({step::MakeDirectory{.path = root}, "where the root is put together"});
  switch (request.root_kind) {
    case RootKind::overlay:
      steps.push_back(
          {step::MakeDirectory{.path = host.base + "/upper"}, "what the container writes"});
      steps.push_back({step::MakeDirectory{.path = host.base + "/work"}, "overlay's own scratch"});
      // nodev: a container may have CAP_MKNOD, but a device it makes must not open.
      steps.push_back({step::Mount{.source = "overlay",
                                   .target = root,
                                   .type = "overlay",
                                   .flags = MS_NODEV,
                                   .data = overlay_options(request, host)},
                       "the image below, a writable layer above"});
      break;
    case RootKind::in_place:
      steps.push_back(
          {step::Mount{.source = request.root, .target = root, .flags = MS_BIND | MS_REC},
           "pivot_root needs a mount point, which a plain directory is not"});
      steps.push_back({step::SetAttributes{
                           .target = root, .attributes = MOUNT_ATTR_NODEV, .recurse = Recurse::yes},
                       "no device node in it opens"});
      break;
    case RootKind::copy:
      steps.push_back({step::CopyTree{.source = request.root, .target = root},
                       "this host has no overlay: the image is copied to memory"});
      steps.push_back({step::Mount{.source = root, .target = root, .flags = MS_BIND},
                       "pivot_root needs a mount point"});
      steps.push_back({step::SetAttributes{.target = root, .attributes = MOUNT_ATTR_NODEV},
                       "no device node in it opens"});
      break;
  }
}

void add_etc(Steps& steps, const Request& request, const Host& host) {
  const std::array<std::pair<const char*, const std::string*>, 3> files = {
      {{"/hosts", &request.etc.hosts},
       {"/hostname", &request.etc.hostname},
       {"/resolv.conf", &request.etc.resolv_conf}}};
  for (const auto& [name, content] : files) {
    if (content == &request.etc.hostname && content->empty()) continue;
    steps.push_back({step::WriteFile{.path = host.base + name, .content = *content},
                     "this container's own, not the image's"});
    steps.push_back({step::OpenTree{.path = host.base + name}, "held, to be put below /etc"});
  }
  if (request.zone && request.zone->file.empty()) {
    const std::string path = host.base + "/localtime";
    steps.push_back({step::WriteFile{.path = path, .content = request.zone->content},
                     "the rules of the time zone, as the image has them"});
    steps.push_back({step::OpenTree{.path = path, .variant = kZone}, "held, to be put below /etc"});
  }
}

Step open_volume(const Volume& volume) {
  return {step::OpenTree{
              .path = volume.source, .recurse = volume.recurse, .variant = variant_of(volume)},
          "a place of the host, held until the root has changed"};
}

/// The kernel lets no mount of a user namespace out of it. See mount_namespaces(7).
void require_reach(const Volume& volume, const Host& host) {
  if (volume.propagation != Propagation::shared || host.users == Users::host) return;
  throw std::runtime_error("volume '" + volume.source +
                           "': nothing that is mounted in a user namespace reaches the host, so it "
                           "can't be shared; slave is the half that can be had");
}

/// Who is nobody in the user namespace can make no file there.
void become_root(Steps& steps, const Host& host) {
  steps.push_back({step::ChangeDirectory{host.base}, "what is on the way to it may be closed"});
  if (host.id_maps->setgroups == IdMaps::Setgroups::allow) {
    steps.push_back({step::SetGroups{}, "the caller's groups are nobody's here"});
  }
  steps.push_back({step::SetGroup{0}, "the caller may be nobody in this user namespace"});
  steps.push_back({step::SetUser{0}, "its root puts the container together"});
}

}  // namespace

std::string variant_of(const Volume& volume) {
  return std::string(volume.recurse == Recurse::yes ? "" : " alone") +
         (volume.propagation == Propagation::private_
              ? ""
              : (volume.propagation == Propagation::slave ? " slave" : " shared"));
}

bool takes_root(const Request& request, const Host& host) {
  return host.builder == Builder::root || request.root_owners == RootOwners::mapped;
}

std::string lower(const Host& host) {
  return host.builder == Builder::root ? "./lower" : host.base + "/lower";
}

Steps begin(const Request& request, const Host& host) {
  Steps steps;
  // Not earlier: no parent without privilege could write the id maps. Who joins did it before that.
  if (has(request.sharing.host, Ns::pid)) {
    steps.push_back({step::NotDumpable{}, "still cooper: others here must not look into it"});
  }
  // What is cut off takes part in nothing any more.
  for (const Volume& volume : request.volumes) {
    if (volume.propagation == Propagation::private_) continue;
    require_reach(volume, host);
    steps.push_back(open_volume(volume));
  }
  steps.push_back({step::Mount{.target = "/", .flags = MS_REC | MS_PRIVATE},
                   "no mount made from here on reaches the host"});
  const bool as_root = host.builder == Builder::root;
  steps.push_back({step::Mount{.source = "tmpfs",
                               .target = host.base,
                               .type = "tmpfs",
                               .flags = MS_NOSUID | MS_NODEV,
                               .data = as_root ? "mode=0755,uid=0,gid=0" : "mode=0755"},
                   "what is written ends with the container"});
  if (request.root_owners == RootOwners::mapped) {
    steps.push_back({step::ReceiveTree{request.root}, "the root, its owners mapped by the parent"});
  } else if (as_root) {
    steps.push_back({step::OpenTree{.path = request.root, .recurse = Recurse::yes},
                     "the root, held while the caller may go there"});
  }
  for (const Volume& volume : request.volumes) {
    if (volume.propagation == Propagation::private_) steps.push_back(open_volume(volume));
  }
  if (request.zone && !request.zone->file.empty()) {
    steps.push_back({step::OpenTree{.path = request.zone->file, .variant = kZone},
                     "the rules of a time zone, held until the root has changed"});
  }
  if (as_root) become_root(steps, host);
  if (takes_root(request, host)) {
    steps.push_back({step::MakeDirectory{.path = lower(host)}, "to mount on"});
    steps.push_back(
        {step::MoveTree{.path = request.root, .target = lower(host)}, "the root as it is"});
  }
  return steps;
}

Steps assemble_root(const Request& request, const Host& host) {
  Steps steps;
  add_root(steps, request, host);
  add_etc(steps, request, host);
  return steps;
}

Steps pivot(const Host& host) {
  Steps steps;
  steps.push_back({step::ChangeDirectory{host.base + "/root"}, "pivot_root takes \".\" and \".\""});
  steps.push_back({step::PivotRoot{}, "the root changes; the old one lies on top of it"});
  for (const std::string name : {"/dev", "/proc", "/sys"}) {
    steps.push_back(
        {step::MoveTree{.path = host.base + name, .target = name, .missing = step::Missing::make},
         "what was put together beside the root; a directory is made where it lacks one"});
  }
  steps.push_back({step::Detach{"."}, "the host's tree is let go: no path leads there any more"});
  return steps;
}

}  // namespace toolkit::stage
