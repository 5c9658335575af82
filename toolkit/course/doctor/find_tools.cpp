#include <set>

#include "toolkit/course/doctor/diagnosis.hpp"
#include "toolkit/course/doctor/tools.hpp"

namespace toolkit::course {
namespace {

Finding find_nftables(const Facts& facts) {
  Finding finding{.id = "nftables", .what = "nftables", .needed_by = {"24"}};
  int result = kNotTried;  // the best of both ways
  for (const std::optional<Trial>& trial : {facts.rootless, facts.as_root}) {
    if (trial && trial->at(Step::nftables) != kNotTried) result = trial->at(Step::nftables);
    if (result == 0) break;
  }
  const bool has_program = facts.tools.contains("nft");
  finding.found = result == 0           ? "in the kernel"
                  : result == kNotTried ? "not tried"
                                        : "not in the kernel";
  if (!has_program) finding.found += ", no program nft";
  if (result == 0 && has_program) return finding;
  if (result == 0) {
    finding.state = State::limited;
    finding.consequence = "The experiments of lab 24 that show rules are left out.";
    finding.remedy = install_command(facts, "nftables");
    return finding;
  }
  finding.state = State::missing;
  finding.consequence = "Lab 24 is skipped; containers' ports can't be published.";
  finding.remedy = with_sudo(facts, "modprobe nf_tables");
  if (result == kNotTried) {
    finding.consequence += " It takes a network namespace to try.";
    if (const auto cause = why_missing(Step::net_ns, facts)) finding.remedy = cause->remedy;
  }
  return finding;
}

Finding find_fuse(const Facts& facts) {
  Finding finding{.id = "fuse", .what = "FUSE", .needed_by = {"25"}};
  const bool can_mount = facts.identity.uid == 0 || facts.tools.contains("fusermount3");
  switch (facts.fuse) {
    case Device::absent:
      finding.state = State::missing;
      finding.found = "no /dev/fuse";
      finding.consequence = "Lab 25 is skipped.";
      finding.remedy = with_sudo(facts, "modprobe fuse") + "  (in docker: --device /dev/fuse)";
      return finding;
    case Device::closed:
      finding.state = State::missing;
      finding.found = "/dev/fuse can't be opened";
      finding.consequence = "Lab 25 is skipped.";
      finding.remedy =
          with_sudo(facts, "chmod 666 /dev/fuse") + "  (in docker: --device /dev/fuse)";
      return finding;
    case Device::open:
      break;
  }
  finding.found = can_mount ? "/dev/fuse opens" : "/dev/fuse opens, no fusermount3";
  if (can_mount) return finding;
  finding.state = State::limited;
  finding.consequence = "Lab 25 runs in a user namespace only.";
  finding.remedy = install_command(facts, "fuse3");
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
  Finding finding{.id = "programs", .what = "programs", .needed_by = {"the guides"}};
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
