#include <array>

#include "toolkit/container/stages.hpp"

namespace toolkit::stage {
namespace {

struct Link {
  const char* path;
  const char* points_to;
};
constexpr std::array kLinks = {
    Link{"/dev/ptmx", "pts/ptmx"},          Link{"/dev/fd", "/proc/self/fd"},
    Link{"/dev/stdin", "/proc/self/fd/0"},  Link{"/dev/stdout", "/proc/self/fd/1"},
    Link{"/dev/stderr", "/proc/self/fd/2"}, Link{"/dev/core", "/proc/kcore"}};

/// Group 5 owns terminals by convention; where the id map lacks it, devpts takes no such option.
std::string devpts_options(const Host& host) {
  constexpr unsigned kTtyGroup = 5;
  const bool has_group = !host.id_maps || host.id_maps->maps_gid(kTtyGroup);
  return std::string("newinstance,ptmxmode=0666,mode=0620") + (has_group ? ",gid=5" : "");
}

}  // namespace

Steps make_devices(const Request& request, const Host& host) {
  Steps steps;
  steps.push_back(
      {step::MakeDirectory{.path = "/dev", .existing = step::Existing::directory}, "to mount on"});
  steps.push_back({step::Mount{.source = "tmpfs",
                               .target = "/dev",
                               .type = "tmpfs",
                               .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_STRICTATIME,
                               .data = "mode=0755,size=65536k"},
                   "devices of its own: the standard ones, and none that it makes itself"});
  for (const char* device : kDevices) {
    steps.push_back({step::MakeFile{.path = device}, "to mount on"});
    steps.push_back({step::MoveTree{.path = device, .target = device},
                     "bound, not made: mknod needs the first user namespace"});
  }
  for (const Link& link : kLinks) {
    steps.push_back(
        {step::MakeLink{.points_to = link.points_to, .path = link.path}, "as programs expect"});
  }
  steps.push_back({step::MakeDirectory{.path = "/dev/pts"}, "to mount on"});
  steps.push_back({step::Mount{.source = "devpts",
                               .target = "/dev/pts",
                               .type = "devpts",
                               .flags = MS_NOSUID | MS_NOEXEC,
                               .data = devpts_options(host)},
                   "terminals of its own"});
  steps.push_back({step::MakeDirectory{.path = "/dev/shm"}, "to mount on"});
  steps.push_back({step::Mount{.source = "shm",
                               .target = "/dev/shm",
                               .type = "tmpfs",
                               .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC,
                               .data = "mode=1777,size=65536k"},
                   "POSIX shared memory"});
  steps.push_back({step::MakeDirectory{.path = "/dev/mqueue"}, "to mount on"});
  steps.push_back({step::Mount{.source = "mqueue",
                               .target = "/dev/mqueue",
                               .type = "mqueue",
                               .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC},
                   "POSIX message queues of this ipc namespace"});
  if (request.terminal == Terminal::own) {
    steps.push_back({step::MakeFile{.path = "/dev/console"}, "to mount the terminal on"});
  }
  return steps;
}

}  // namespace toolkit::stage
