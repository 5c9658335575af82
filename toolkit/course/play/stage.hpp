#pragma once

#include <array>
#include <cstddef>

#include "toolkit/check/machine.hpp"
#include "toolkit/course/play/view.hpp"

namespace toolkit::course {

/// One isolation more, on top of those before it.
struct Stage {
  const char* name;
  const char* lab;   ///< the one that teaches it
  const char* does;  ///< the calls
};
inline constexpr std::array kStages = {
    Stage{"none", "00 process", "clone3: a child, which shares all with its parent"},
    Stage{"chroot", "01 chroot", "chroot(\"/w/rootfs\"), chdir(\"/\")"},
    Stage{"uts", "04 uts", "CLONE_NEWUTS, sethostname(\"barrel\")"},
    Stage{"mount", "05 mount", "CLONE_NEWNS, MS_PRIVATE for every mount in it"},
    Stage{"pivot_root", "03 pivot-root", "pivot_root instead of chroot, and let the old root go"},
    Stage{"pid", "06 pid", "CLONE_NEWPID, a proc of its own on /proc"},
    Stage{"ipc", "07 ipc", "CLONE_NEWIPC"},
    Stage{"net", "08 net", "CLONE_NEWNET"},
    Stage{"user", "09 user", "CLONE_NEWUSER, one id in uid_map and gid_map"},
    Stage{"cgroup", "17 cgroup-namespace", "CLONE_NEWCGROUP"}};

/// Makes ready what the stages share: a root filesystem is in /w/rootfs already. Called once a machine.
void prepare_stages(const checks::Machine& machine);

/// What a process of the machine sees that has the isolations up to this one.
View view_at(const checks::Machine& machine, std::size_t stage);

}  // namespace toolkit::course
