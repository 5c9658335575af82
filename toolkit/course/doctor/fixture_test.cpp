#include "toolkit/course/doctor/fixture_test.hpp"

#include <cerrno>

#include "toolkit/course/doctor/tools.hpp"

namespace toolkit::course {

Trial complete_trial() {
  Trial trial;
  for (std::size_t i = 0; i < kSteps; ++i) trial.set(static_cast<Step>(i), 0);
  return trial;
}

Facts healthy_machine() {
  constexpr std::uint64_t kEveryCapability = 0x1ffffffffff;
  Facts facts;
  facts.kernel = "6.1.0-18-amd64";
  facts.machine = "x86_64";
  facts.identity.user = "root";
  facts.identity.effective = CapSet(kEveryCapability);
  facts.identity.bounding = CapSet(kEveryCapability);
  facts.sysctls = {{"user.max_user_namespaces", 15000}, {"user.max_mnt_namespaces", 15000}};
  facts.cgroup = {.layout = CgroupLayout::v2,
                  .v2 = {"cpu", "cpuset", "io", "memory", "pids"},
                  .v2_root = {"cpu", "cpuset", "io", "memory", "pids"},
                  .writable = true,
                  .swap = true};
  facts.store = {.directory = "/var/lib", .type = "ext4", .on_disk = true};
  facts.fuse = Device::open;
  facts.pressure = true;
  facts.terminal = {.is_terminal = true, .columns = 80};
  for (const Tool& tool : known_tools())
    facts.tools[tool.name] = "/usr/bin/" + std::string(tool.name);
  facts.has_sudo = true;
  facts.idmap_tools_privileged = true;
  facts.as_root = complete_trial();
  facts.rootless = complete_trial();
  facts.other_user = complete_trial();
  return facts;
}

Facts healthy_user() {
  Facts facts = healthy_machine();
  facts.identity.uid = 1000;
  facts.identity.user = "ada";
  facts.identity.effective = {};
  facts.identity.subuids = {{.inside = 0, .outside = 100000, .count = 65536}};
  facts.identity.subgids = facts.identity.subuids;
  facts.id_ranges = 0;
  facts.other_user.reset();
  facts.as_root = Trial();
  for (const Step step : {Step::mount_ns, Step::uts_ns, Step::ipc_ns, Step::net_ns, Step::cgroup_ns,
                          Step::time_ns, Step::pid_ns}) {
    facts.as_root->set(step, EPERM);
  }
  return facts;
}

}  // namespace toolkit::course
