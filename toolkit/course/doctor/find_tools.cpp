#include <set>

#include "toolkit/course/doctor/diagnosis.hpp"
#include "toolkit/course/doctor/tools.hpp"

namespace toolkit::course {
namespace {

Finding find_nftables(const Facts& facts) {
  Finding finding{.id = "nftables", .what = "nftables", .needed_by = {"24"}};
  const auto worked = [](const std::optional<Trial>& trial) {
    return trial && trial->worked(Step::nftables);
  };
  const bool kernel = worked(facts.as_root) || worked(facts.rootless);
  const bool tool = facts.tools.contains("nft");
  finding.found = std::string(kernel ? "in the kernel" : "not in the kernel") +
                  (tool ? "" : ", no program nft");
  if (kernel && tool) return finding;
  finding.state = kernel ? State::limited : State::missing;
  finding.consequence = kernel ? "The experiments of lab 24 that show rules are left out."
                               : "Lab 24 is skipped; containers' ports can't be published.";
  finding.remedy =
      kernel ? install_command(facts, "nftables")
             : with_sudo(facts, "modprobe nf_tables") + "  (a kernel built with CONFIG_NF_TABLES)";
  return finding;
}

Finding find_fuse(const Facts& facts) {
  Finding finding{.id = "fuse", .what = "FUSE", .needed_by = {"25"}};
  const bool mounts = facts.identity.uid == 0 || facts.tools.contains("fusermount3");
  finding.found = facts.fuse_device ? "/dev/fuse opens" : "/dev/fuse can't be opened";
  if (!mounts) finding.found += ", no fusermount3";
  if (facts.fuse_device && mounts) return finding;
  finding.state = facts.fuse_device ? State::limited : State::missing;
  finding.consequence =
      facts.fuse_device ? "Lab 25 runs in a user namespace only." : "Lab 25 is skipped.";
  finding.remedy = facts.fuse_device ? install_command(facts, "fuse3")
                                     : with_sudo(facts, "modprobe fuse") +
                                           "; in docker: docker run --device /dev/fuse";
  return finding;
}

Finding find_terminal(const Facts& facts) {
  constexpr unsigned kEnough = 80;
  const TerminalFacts& terminal = facts.terminal;
  Finding finding{.id = "terminal", .what = "terminal", .needed_by = {"lab"}};
  if (!terminal.is_terminal) {
    finding.found = "none: plain text";
    return finding;
  }
  finding.found =
      terminal.columns == 0 ? "of unknown width" : std::to_string(terminal.columns) + " columns";
  if (terminal.columns == 0 || terminal.columns >= kEnough) return finding;
  finding.state = State::limited;
  finding.consequence = "Tables and guides are written for 80 columns and wrap.";
  finding.remedy = "a wider window, or a smaller font";
  return finding;
}

Finding find_programs(const Facts& facts) {
  Finding finding{.id = "programs", .what = "programs", .needed_by = {"guides"}};
  std::string names;
  std::set<std::string> packages;
  for (const Tool& tool : known_tools()) {
    if (facts.tools.contains(tool.name)) continue;
    names += (names.empty() ? "" : ", ") + std::string(tool.name);
    packages.insert(facts.has_dnf ? tool.fedora : tool.debian);
  }
  finding.found = names.empty() ? "all " + std::to_string(known_tools().size()) : "no " + names;
  if (names.empty()) return finding;
  finding.state = State::limited;
  finding.consequence = "Experiments in the guides use them; the labs themselves run without.";
  std::string list;
  for (const std::string& package : packages) list += (list.empty() ? "" : " ") + package;
  finding.remedy = install_command(facts, list);
  return finding;
}

}  // namespace

const std::vector<Tool>& known_tools() {
  static const std::vector<Tool> kTools{
      {.name = "newuidmap", .debian = "uidmap", .fedora = "shadow-utils"},
      {.name = "newgidmap", .debian = "uidmap", .fedora = "shadow-utils"},
      {.name = "fusermount3", .debian = "fuse3", .fedora = "fuse3"},
      {.name = "nft", .debian = "nftables", .fedora = "nftables"},
      {.name = "ip", .debian = "iproute2", .fedora = "iproute"},
      {.name = "unshare", .debian = "util-linux", .fedora = "util-linux"},
      {.name = "nsenter", .debian = "util-linux", .fedora = "util-linux"},
      {.name = "lsns", .debian = "util-linux", .fedora = "util-linux"},
      {.name = "findmnt", .debian = "util-linux", .fedora = "util-linux"},
      {.name = "capsh", .debian = "libcap2-bin", .fedora = "libcap"},
      {.name = "strace", .debian = "strace", .fedora = "strace"},
  };
  return kTools;
}

std::vector<Finding> find_tools(const Facts& facts) {
  return {find_nftables(facts), find_fuse(facts), find_terminal(facts), find_programs(facts)};
}

}  // namespace toolkit::course
