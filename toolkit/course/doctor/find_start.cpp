#include <cstdio>

#include "toolkit/course/doctor/diagnosis.hpp"

namespace toolkit::course {
namespace {

struct Version {
  unsigned major = 0;
  unsigned minor = 0;
  auto operator<=>(const Version&) const = default;
};

Version parse_version(const std::string& release) {
  Version version;
  std::sscanf(release.c_str(), "%u.%u", &version.major,
              &version.minor);  // NOLINT: 0.0 if malformed
  return version;
}

Finding find_kernel(const Facts& facts) {
  Finding finding{.id = "kernel", .what = "kernel", .found = facts.kernel, .needed_by = {"cooper"}};
  if (!facts.machine.empty()) finding.found += " " + facts.machine;
  const Version version = parse_version(facts.kernel);
  const std::string newer = "a kernel of at least 5.14: Debian 12 and Ubuntu 22.04 have one";
  if (version < Version{.major = 5, .minor = 6}) {
    finding.state = State::missing;
    finding.consequence = "clone3, pidfds, openat2 or time namespaces are missing: nothing runs.";
    finding.remedy = newer;
  } else if (version < Version{.major = 5, .minor = 14}) {
    finding.state = State::limited;
    finding.consequence =
        "What came later is missing: overlay in user namespaces (5.11), mount_setattr (5.12), "
        "cgroup.kill (5.14).";
    finding.remedy = newer;
  }
  return finding;
}

/// One way to start a container: does it work, and if not, why?
Finding find_way(const Facts& facts, const std::optional<Trial>& trial, Who who, Finding finding) {
  const auto step = trial ? trial->obstacle() : Step::user_ns;
  if (facts.clone3 == 0 && !step) {
    finding.found = "yes";
    finding.consequence.clear();
    return finding;
  }
  finding.state = State::missing;
  const std::optional<Cause> cause = why_not(trial, who, facts);
  finding.found = step ? "fails at: " + name_of(*step) : "fails at: clone3";
  if (cause) {
    finding.consequence += " Reason: " + cause->reason + ".";
    finding.remedy = cause->remedy;
  }
  return finding;
}

Finding find_ordinary_users(const Facts& facts) {
  Finding finding{.id = "ordinary-users",
                  .what = "for ordinary users",
                  .needed_by = {"cooper", "09"},
                  .consequence = "Who isn't root can start no container."};
  if (facts.other_user) {
    return find_way(facts, facts.other_user, Who::other_user, finding);
  }
  finding.state = State::limited;
  finding.found = "not tried";
  finding.consequence = "This process can't become another user, so that could not be tried.";
  finding.remedy = "lab doctor as an ordinary user";
  return finding;
}

bool has_tools(const Facts& facts) {
  return facts.tools.contains("newuidmap") && facts.tools.contains("newgidmap");
}

Finding find_id_ranges(const Facts& facts) {
  const IdentityFacts& us = facts.identity;
  Finding finding{.id = "id-ranges", .what = "subordinate ids", .needed_by = {"cooper", "09"}};
  std::uint64_t ids = 0;
  for (const IdMap& range : us.subuids) ids += range.count;
  const std::string user = us.user.empty() ? std::to_string(us.uid) : us.user;
  const bool has_ranges = !us.subuids.empty() && !us.subgids.empty();
  finding.found = has_ranges ? std::to_string(ids) + " for " + user : "none for " + user;
  if (!has_tools(facts)) finding.found += ", no newuidmap";
  if (us.uid == 0 && has_tools(facts)) {
    // Root has every id; only the programs matter, to those who try the rootless way as root.
    finding.found = "newuidmap is there; root needs no range";
    return finding;
  }
  if (facts.id_ranges == 0) return finding;
  if (has_ranges && has_tools(facts)) finding.found += ", newuidmap fails";
  finding.state = State::limited;
  finding.consequence =
      "Rootless containers have a single id: another user than root doesn't exist in them.";
  if (!has_tools(facts)) {
    finding.remedy = install_command(facts, facts.has_dnf ? "shadow-utils" : "uidmap");
  } else if (!has_ranges && us.uid != 0) {
    finding.remedy =
        with_sudo(facts, "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 " + user);
  } else if (!facts.idmap_tools_privileged) {
    finding.remedy = with_sudo(
        facts, "chmod u+s " + facts.tools.at("newuidmap") + " " + facts.tools.at("newgidmap"));
  } else {
    finding.remedy = "start this shell without no_new_privs: newuidmap is setuid";
  }
  return finding;
}

}  // namespace

std::vector<Finding> find_start(const Facts& facts) {
  std::vector<Finding> findings{find_kernel(facts)};
  if (facts.identity.uid == 0) {
    findings.push_back(find_way(facts, facts.as_root, Who::self,
                                {.id = "start-as-root",
                                 .what = "container as root",
                                 .needed_by = {"cooper"},
                                 .consequence = "No container without a user namespace."}));
  }
  findings.push_back(find_way(facts, facts.rootless, Who::self_rootless,
                              {.id = "start-rootless",
                               .what = "rootless container",
                               .needed_by = {"cooper", "09"},
                               .consequence = "No container with a user namespace of its own."}));
  if (facts.identity.uid == 0) findings.push_back(find_ordinary_users(facts));
  findings.push_back(find_id_ranges(facts));
  return findings;
}

}  // namespace toolkit::course
