#include "toolkit/course/doctor/cause.hpp"

#include <linux/capability.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace toolkit::course {
namespace {

/// What the kernel calls one kind of namespace.
struct Kind {
  Step step;
  const char* name;
  const char* sysctl;
  const char* config;
};
constexpr std::array kKinds{
    Kind{Step::user_ns, "user", "user.max_user_namespaces", "CONFIG_USER_NS"},
    Kind{Step::mount_ns, "mount", "user.max_mnt_namespaces", "CONFIG_NAMESPACES"},
    Kind{Step::uts_ns, "uts", "user.max_uts_namespaces", "CONFIG_UTS_NS"},
    Kind{Step::ipc_ns, "ipc", "user.max_ipc_namespaces", "CONFIG_IPC_NS"},
    Kind{Step::net_ns, "net", "user.max_net_namespaces", "CONFIG_NET_NS"},
    Kind{Step::cgroup_ns, "cgroup", "user.max_cgroup_namespaces", "CONFIG_CGROUPS"},
    Kind{Step::time_ns, "time", "user.max_time_namespaces", "CONFIG_TIME_NS"},
    Kind{Step::pid_ns, "pid", "user.max_pid_namespaces", "CONFIG_PID_NS"},
};

const Kind* namespace_kind(Step step) {
  for (const Kind& kind : kKinds) {
    if (kind.step == step) return &kind;
  }
  return nullptr;
}

std::string path_of(std::string sysctl) {
  for (char& c : sysctl) c = c == '.' ? '/' : c;
  return "/proc/sys/" + sysctl;
}

bool is_confined(const Facts& facts) {
  const std::string& profile = facts.identity.apparmor;
  return !profile.empty() && profile != "unconfined";
}

/// What loosens docker's sandbox as far as a rootless container needs it.
std::string docker_advice(const Facts& facts) {
  std::string options;
  if (facts.identity.filtered) options += " --security-opt seccomp=unconfined";
  if (is_confined(facts)) options += " --security-opt apparmor=unconfined";
  return "in docker: docker run" + options + " --security-opt systempaths=unconfined";
}

bool is(const Facts& facts, const std::string& sysctl, std::uint64_t value) {
  const auto found = facts.sysctls.find(sysctl);
  return found != facts.sysctls.end() && found->second == value;
}

/// EPERM from a filter and EPERM from the kernel look alike; these are the known authors of it.
Cause forbidden_user_namespace(const Facts& facts, Who who) {
  const IdentityFacts& us = facts.identity;
  const bool privileged =
      who != Who::other_user && us.initial_user_ns && us.effective.contains(CAP_SYS_ADMIN);
  if (!privileged && is(facts, "kernel.unprivileged_userns_clone", 0)) {
    return {"user namespaces are root's alone: /proc/sys/kernel/unprivileged_userns_clone is 0",
            with_sudo(facts, "sysctl -w kernel.unprivileged_userns_clone=1")};
  }
  if (is(facts, "kernel.apparmor_restrict_unprivileged_userns", 1)) {
    return {
        "AppArmor takes the rights away in user namespaces: "
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns is 1",
        with_sudo(facts, "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0")};
  }
  if (us.chrooted) {
    return {"this is a chroot, where the kernel makes no user namespaces",
            "enter the tree by pivot_root instead, as systemd-nspawn or unshare --root do"};
  }
  if (us.filtered) {
    return {"a seccomp filter forbids user namespaces, as docker's default does",
            docker_advice(facts)};
  }
  return {"something forbids user namespaces (EPERM): perhaps a security module",
          with_sudo(facts, "dmesg | tail") + "  shows which, if it says so"};
}

Cause forbidden_namespace(const Facts& facts, Who who, const std::string& name) {
  if (who != Who::self) {
    Cause cause = forbidden_user_namespace(facts, who);
    cause.reason += " (seen at the " + name + " namespace)";
    return cause;
  }
  if (!facts.identity.bounding.contains(CAP_SYS_ADMIN)) {
    return {"CAP_SYS_ADMIN is missing from the bounding set",
            "start this sandbox with it (docker run --cap-add SYS_ADMIN)"};
  }
  if (!facts.identity.effective.contains(CAP_SYS_ADMIN)) {
    return {"CAP_SYS_ADMIN is not held", "root, or a user namespace"};
  }
  return {"something forbids " + name +
              " namespaces (EPERM) to root: a seccomp filter or a security module",
          "in docker: docker run --privileged"};
}

Cause explain_namespace(const Kind& kind, int error, Who who, const Facts& facts) {
  const std::string name = kind.name;
  switch (error) {
    case ENOSPC:
      if (is(facts, kind.sysctl, 0)) {
        return {name + " namespaces are off: " + path_of(kind.sysctl) + " is 0",
                with_sudo(facts, std::string("sysctl -w ") + kind.sysctl + "=15000")};
      }
      return {"no further " + name + " namespace is allowed: " + path_of(kind.sysctl) +
                  " is used up, here or in a user namespace around this one",
              "end containers that run, or raise " + std::string(kind.sysctl) + " out there"};
    case EUSERS:
      return {"user namespaces are nested 32 deep, the kernel's limit", "leave some of them"};
    case EINVAL:
      return {"this kernel has no " + name + " namespaces",
              std::string("a kernel built with ") + kind.config + "=y"};
    case ENOSYS:
      return {"a seccomp filter hides unshare(2)", docker_advice(facts)};
    default:
      return kind.step == Step::user_ns ? forbidden_user_namespace(facts, who)
                                        : forbidden_namespace(facts, who, name);
  }
}

Cause explain_id_map(const Facts& facts, Who who) {
  if (is(facts, "kernel.apparmor_restrict_unprivileged_userns", 1)) {
    return forbidden_user_namespace(facts, who);
  }
  if (facts.identity.uid == 0 && !facts.identity.effective.contains(CAP_SETFCAP)) {
    return {"root without CAP_SETFCAP may not be mapped into a user namespace",
            "start this sandbox with it (docker run --cap-add SETFCAP), or be another user"};
  }
  return {"the id map of a user namespace can't be written (EPERM)",
          "run as another user, or outside this sandbox"};
}

Cause explain_mount(Step step, int error, Who who, const Facts& facts) {
  const std::string name = name_of(step);
  if (error == ENODEV) return {"this kernel can't mount " + name, "a kernel that has it"};
  const bool shows_machine = step == Step::proc || step == Step::sysfs;
  if (error == EPERM && who != Who::self && shows_machine) {
    return {
        name + " can't be mounted in a user namespace: the one here has parts masked or read-only",
        docker_advice(facts)};
  }
  if ((error == EPERM || error == EACCES) && is_confined(facts)) {
    return {"the AppArmor profile '" + facts.identity.apparmor + "' forbids mounts",
            docker_advice(facts)};
  }
  if (who != Who::self && is(facts, "kernel.apparmor_restrict_unprivileged_userns", 1)) {
    return forbidden_user_namespace(facts, who);
  }
  return {name + " can't be mounted: " + std::system_category().message(error),
          "run outside this sandbox"};
}

}  // namespace

std::string with_sudo(const Facts& facts, const std::string& command) {
  if (facts.identity.uid == 0) return command;
  return (facts.has_sudo ? "sudo " : "as root: ") + command;
}

std::string name_of(Step step) {
  if (const Kind* kind = namespace_kind(step)) return std::string(kind->name) + " namespace";
  switch (step) {
    case Step::uid_map:
      return "id map";
    case Step::nftables:
      return "nf_tables";
    case Step::make_private:
      return "private propagation of /";
    case Step::proc:
      return "a fresh /proc";
    case Step::sysfs:
      return "a fresh /sys";
    case Step::mknod:
      return "device nodes";
    case Step::tmpfs:
      return "tmpfs";
    case Step::mqueue:
      return "mqueue";
    case Step::devpts:
      return "devpts";
    default:
      return "overlay";
  }
}

Cause explain(Step step, int error, Who who, const Facts& facts) {
  if (const Kind* kind = namespace_kind(step)) return explain_namespace(*kind, error, who, facts);
  if (step == Step::uid_map) return explain_id_map(facts, who);
  return explain_mount(step, error, who, facts);
}

std::optional<Cause> why_not(const std::optional<Trial>& trial, Who who, const Facts& facts) {
  if (facts.clone3 != 0) {
    return Cause{"clone3(2) fails here (" + std::system_category().message(facts.clone3) +
                     "): a kernel before 5.3, or a seccomp filter such as docker's",
                 docker_advice(facts)};
  }
  if (!trial) return Cause{"no child process could be started to try", "ulimit -u shows the limit"};
  const auto step = trial->obstacle();
  if (!step) return {};
  if (trial->at(*step) == kNotTried) {
    return Cause{name_of(*step) + " was not reached: the child that tried was killed",
                 "dmesg | tail  shows by whom"};
  }
  return explain(*step, trial->at(*step), who, facts);
}

std::optional<Cause> why_missing(Step step, const Facts& facts) {
  if (facts.identity.uid == 0 && facts.as_root && facts.as_root->at(step) > 0) {
    return explain(step, facts.as_root->at(step), Who::self, facts);
  }
  if (facts.rootless && facts.rootless->at(step) > 0) {
    return explain(step, facts.rootless->at(step), Who::self_rootless, facts);
  }
  return why_not(facts.rootless, Who::self_rootless, facts);
}

std::optional<Cause> what_forbids(const Facts& facts) {
  const auto rootless = why_not(facts.rootless, Who::self_rootless, facts);
  if (!rootless) return {};
  if (facts.identity.uid != 0) return rootless;
  const auto direct = why_not(facts.as_root, Who::self, facts);
  if (!direct) return {};
  if (direct->reason == rootless->reason) return direct;
  return Cause{direct->reason + ", and " + rootless->reason,
               direct->remedy + "; or " + rootless->remedy};
}

}  // namespace toolkit::course
