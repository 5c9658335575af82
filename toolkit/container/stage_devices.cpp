#include <linux/mount.h>

#include <array>

#include "toolkit/container/stages.hpp"

namespace toolkit::stage {
namespace {

/// The devices that every program may expect.
constexpr std::array kDevices = {"/null", "/zero", "/full", "/tty", "/random", "/urandom"};

struct Link {
  const char* path;
  const char* points_to;
};
constexpr std::array kLinks = {
    Link{"/ptmx", "pts/ptmx"},          Link{"/fd", "/proc/self/fd"},
    Link{"/stdin", "/proc/self/fd/0"},  Link{"/stdout", "/proc/self/fd/1"},
    Link{"/stderr", "/proc/self/fd/2"}, Link{"/core", "/proc/kcore"}};

/// Group 5 owns terminals by convention; where the id map lacks it, devpts takes no such option.
std::string devpts_options(const Host& host) {
  constexpr unsigned kTtyGroup = 5;
  const bool has_group = !host.id_maps || host.id_maps->maps_gid(kTtyGroup);
  return std::string("newinstance,ptmxmode=0666,mode=0620") + (has_group ? ",gid=5" : "");
}

void add_shared_memory(Steps& steps, const Request& request, const std::string& dev) {
  if (request.sharing.shm == Shm::none) return;
  const std::string target = dev + "/shm";
  steps.push_back({step::MakeDirectory{.path = target}, "to mount on"});
  if (request.sharing.shm == Shm::own) {
    steps.push_back({step::Mount{.source = "shm",
                                 .target = target,
                                 .type = "tmpfs",
                                 .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC,
                                 .data = "mode=1777,size=65536k"},
                     "POSIX shared memory"});
    return;
  }
  steps.push_back(
      {step::Mount{.source = "/dev/shm", .target = target, .flags = MS_BIND | MS_REC},
       "POSIX shared memory of the host, where its processes look for it (--ipc host)"});
  steps.push_back(
      {step::SetAttributes{.target = target,
                           .attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
                           .recurse = Recurse::yes},
       "as one of its own would be"});
}

/// The host's can't be mounted in a user namespace; mq_open(3) needs no place to see them.
void add_queues(Steps& steps, const Request& request, const Host& host, const std::string& dev) {
  if (has(request.sharing.host, Ns::ipc) && host.users != Users::host) return;
  steps.push_back({step::MakeDirectory{.path = dev + "/mqueue"}, "to mount on"});
  steps.push_back({step::Mount{.source = "mqueue",
                               .target = dev + "/mqueue",
                               .type = "mqueue",
                               .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC},
                   "POSIX message queues of this ipc namespace"});
}

}  // namespace

Steps make_devices(const Request& request, const Host& host) {
  const std::string dev = host.base + "/dev";
  Steps steps;
  steps.push_back({step::MakeDirectory{.path = dev}, "to mount on"});
  steps.push_back({step::Mount{.source = "tmpfs",
                               .target = dev,
                               .type = "tmpfs",
                               .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_STRICTATIME,
                               .data = "mode=0755,size=65536k"},
                   "devices of its own: the standard ones, and none that it makes itself"});
  for (const char* device : kDevices) {
    steps.push_back({step::MakeFile{.path = dev + device}, "to mount on"});
    steps.push_back(
        {step::Mount{
             .source = std::string("/dev") + device, .target = dev + device, .flags = MS_BIND},
         "bound, not made: mknod needs the first user namespace"});
  }
  for (const Link& link : kLinks) {
    steps.push_back({step::MakeLink{.points_to = link.points_to, .path = dev + link.path},
                     "as programs expect"});
  }
  steps.push_back({step::MakeDirectory{.path = dev + "/pts"}, "to mount on"});
  steps.push_back({step::Mount{.source = "devpts",
                               .target = dev + "/pts",
                               .type = "devpts",
                               .flags = MS_NOSUID | MS_NOEXEC,
                               .data = devpts_options(host)},
                   "terminals of its own"});
  add_shared_memory(steps, request, dev);
  add_queues(steps, request, host, dev);
  if (request.terminal == Terminal::own) {
    steps.push_back({step::MakeFile{.path = dev + "/console"}, "to mount the terminal on"});
  }
  steps.push_back(
      {step::OpenTree{.path = dev, .take = step::Take::itself}, "held, to be moved into the root"});
  return steps;
}

}  // namespace toolkit::stage
