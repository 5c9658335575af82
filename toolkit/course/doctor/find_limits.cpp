#include "toolkit/course/doctor/diagnosis.hpp"

namespace toolkit::course {
namespace {

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += text.empty() ? word : " " + word;
  return text;
}

Finding find_layout(const Facts& facts) {
  const CgroupFacts& cgroup = facts.cgroup;
  Finding finding{.id = "cgroup-layout", .what = "cgroups", .needed_by = {"11", "17"}};
  switch (cgroup.layout) {
    case CgroupLayout::v1:
      finding.found = "v1: " + joined(cgroup.v1);
      return finding;
    case CgroupLayout::v2:
      finding.found = "v2: " + joined(cgroup.v2_root);
      return finding;
    case CgroupLayout::hybrid:
      finding.found = "hybrid; v1: " + joined(cgroup.v1);
      if (!cgroup.v2_root.empty()) finding.found += "; v2: " + joined(cgroup.v2_root);
      return finding;
    case CgroupLayout::none:
      break;
  }
  finding.state = State::missing;
  finding.found = "none mounted";
  finding.consequence = "No limits: labs 11 to 17 are skipped.";
  finding.remedy = with_sudo(facts, "mount -t cgroup2 cgroup2 /sys/fs/cgroup");
  return finding;
}

/// A controller's name in both worlds and the lab that needs it.
struct Controller {
  const char* id;
  const char* v1;
  const char* v2;  ///< nullptr: v2 has no controller of that kind, the ability is built in
  const char* lab;
};

/// Where one could come from, by where it is now.
std::string remedy_for(const Facts& facts, const Controller& controller) {
  const CgroupFacts& cgroup = facts.cgroup;
  const std::string v1 = controller.v1;
  if (controller.v2 != nullptr && cgroup.v2_root.contains(controller.v2)) {
    return "systemd-run --user --scope -p Delegate=yes bash, with Delegate=" +
           std::string(controller.v2) + " in /etc/systemd/system/user@.service.d/delegate.conf";
  }
  if (cgroup.layout != CgroupLayout::v2 && cgroup.unmounted.contains(v1)) {
    const std::string target = "/sys/fs/cgroup/" + v1;
    return with_sudo(facts, "sh -c 'mkdir -p " + target + " && mount -t cgroup -o " + v1 +
                                " cgroup " + target + "'");
  }
  if (v1 == "memory") return "boot with cgroup_enable=memory on the kernel's command line";
  return "a kernel that has the controller, not switched off by cgroup_disable=" + v1;
}

Finding find_controller(const Facts& facts, const Controller& controller) {
  const CgroupFacts& cgroup = facts.cgroup;
  Finding finding{.id = std::string("cgroup-") + controller.id,
                  .what = std::string("cgroup ") + controller.id,
                  .needed_by = {controller.lab}};
  if (cgroup.v1.contains(controller.v1)) {
    finding.found = "v1";
    return finding;
  }
  const bool has_v2 = cgroup.layout == CgroupLayout::v2 || cgroup.layout == CgroupLayout::hybrid;
  if (controller.v2 == nullptr ? has_v2 : cgroup.v2.contains(controller.v2)) {
    finding.found = "v2";
    return finding;
  }
  finding.state = State::missing;
  const bool above = controller.v2 != nullptr && cgroup.v2_root.contains(controller.v2);
  finding.found = above ? "not in our group" : "no";
  finding.consequence = std::string("Lab ") + controller.lab + " is skipped.";
  finding.remedy = remedy_for(facts, controller);
  return finding;
}

Finding find_writable(const Facts& facts) {
  Finding finding{.id = "cgroup-writable", .what = "groups of our own", .needed_by = {"11"}};
  finding.found = facts.cgroup.writable ? "can be made" : "can't be made";
  if (facts.cgroup.writable) return finding;
  finding.state = State::limited;
  finding.consequence = "Labs 11 to 17 are skipped, and containers have no limits.";
  if (facts.identity.uid != 0) {
    finding.remedy =
        "systemd-run --user --scope -p Delegate=yes bash  (a group lent to you), or root";
  } else {
    finding.remedy = "mount -o remount,rw /sys/fs/cgroup; in docker: docker run --privileged";
  }
  return finding;
}

Finding find_swap(const Facts& facts) {
  Finding finding{.id = "cgroup-swap", .what = "swap accounting", .needed_by = {"13"}};
  finding.found = facts.cgroup.swap ? "yes" : "no";
  if (facts.cgroup.swap) return finding;
  finding.state = State::limited;
  finding.consequence = "The swap step of lab 13 is skipped.";
  finding.remedy = "boot with swapaccount=1 on the kernel's command line";
  return finding;
}

Finding find_pressure(const Facts& facts) {
  Finding finding{.id = "pressure", .what = "pressure (PSI)", .needed_by = {"12", "26"}};
  finding.found = facts.pressure ? "yes" : "no";
  if (facts.pressure) return finding;
  finding.state = State::limited;
  finding.consequence = "What labs 12 and 26 show of pressure is left out.";
  finding.remedy = "boot with psi=1, on a kernel built with CONFIG_PSI=y";
  return finding;
}

}  // namespace

std::vector<Finding> find_limits(const Facts& facts) {
  std::vector<Finding> findings{find_layout(facts), find_pressure(facts)};
  if (facts.cgroup.layout == CgroupLayout::none) return findings;
  findings.push_back(find_writable(facts));
  for (const Controller& controller : {Controller{"cpu", "cpu", "cpu", "12"},
                                       {"cpuset", "cpuset", "cpuset", "12"},
                                       {"memory", "memory", "memory", "13"},
                                       {"pids", "pids", "pids", "14"},
                                       {"io", "blkio", "io", "15"},
                                       {"devices", "devices", nullptr, "16"},
                                       {"freezer", "freezer", nullptr, "11"}}) {
    findings.push_back(find_controller(facts, controller));
  }
  findings.push_back(find_swap(facts));
  return findings;
}

}  // namespace toolkit::course
