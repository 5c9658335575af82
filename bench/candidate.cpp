#include "bench/candidate.hpp"

#include <unistd.h>

#include <string_view>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::bench {
namespace {

/// Looks for a program, and is absent without it.
Candidate installed(const std::string& name, const std::string& path,
                    std::vector<std::string> arguments) {
  Candidate candidate{.name = name};
  candidate.command.program = find_program(name, path);
  if (candidate.command.program.empty()) {
    candidate.absent = "not installed";
    return candidate;
  }
  arguments.insert(arguments.begin(), name);
  candidate.command.argv = std::move(arguments);
  const Said said = listen_to({.program = candidate.command.program, .argv = {name, "--version"}});
  candidate.version = trim(std::string_view(said.text).substr(0, said.text.find('\n')));
  return candidate;
}

Candidate bare_process(const Workspace& workspace) {
  return {.name = "bare process",
          .command = {.program = workspace.rootfs() + "/bin/busybox", .argv = {"true"}}};
}

Candidate bubblewrap(const Workspace& workspace, const std::string& path) {
  return installed("bwrap", path,
                   {"--unshare-all", "--bind", workspace.rootfs(), "/", "--proc", "/proc", "--dev",
                    "/dev", "/bin/true"});
}

/// crun and runc read a bundle. It is made by the runtime's own `spec`.
Candidate oci_runtime(const Workspace& workspace, const std::string& path, const std::string& name,
                      std::vector<std::string> options) {
  const std::string bundle = workspace.make_bundle(name);
  options.insert(options.end(), {"--root", workspace.state() + "/" + name, "run", "--bundle",
                                 bundle, "cooperage-bench-" + std::to_string(::getpid())});
  Candidate candidate = installed(name, path, std::move(options));
  if (!candidate.absent.empty()) return candidate;
  std::vector<std::string> spec = {name, "spec", "--bundle", bundle};
  if (::geteuid() != 0) spec.emplace_back("--rootless");
  const Said said = listen_to({.program = candidate.command.program, .argv = spec});
  if (said.status != 0) {
    candidate.absent = "its spec fails: " + std::string(trim(said.text));
    return candidate;
  }
  const std::string config = bundle + "/config.json";
  const std::string text = config_for_bench(read_file(config), workspace.rootfs());
  const Fd file = open_file(config, O_WRONLY | O_TRUNC);
  write_all(file, text, config);
  return candidate;
}

Candidate cooper(const Workspace& workspace, const std::string& what,
                 const std::vector<std::string>& arguments) {
  Candidate candidate{.name = "cooper, " + what};
  candidate.command.program = workspace.prefix() + "/bin/cooper";
  candidate.command.argv = {"cooper", "--state",         workspace.state() + "/cooper",
                            "--root", workspace.store(), "run"};
  candidate.command.argv.insert(candidate.command.argv.end(), arguments.begin(), arguments.end());
  return candidate;
}

/// The last line is the one that says why, where a program says more than one.
std::string last_line(std::string_view text) {
  text = trim(text);
  const std::size_t before = text.rfind('\n');
  return printable(before == std::string_view::npos ? text : text.substr(before + 1));
}

void try_out(Candidate& candidate) {
  if (!candidate.absent.empty()) return;
  try {
    const Said said = listen_to(candidate.command);
    if (said.status != 0) candidate.absent = "can't run here: " + last_line(said.text);
  } catch (const SystemError& error) {
    candidate.absent = error.what();
  }
}

}  // namespace

std::vector<Candidate> find_candidates(const Workspace& workspace, const std::string& path) {
  std::vector<Candidate> candidates;
  candidates.push_back(bare_process(workspace));
  candidates.push_back(bubblewrap(workspace, path));
  candidates.push_back(cooper(workspace, "in place", {"--rootfs", workspace.rootfs(), "true"}));
  candidates.push_back(
      cooper(workspace, "overlay", {"--rootfs", workspace.rootfs() + ":O", "true"}));
  candidates.push_back(cooper(workspace, "image", {"busybox", "true"}));
  candidates.push_back(oci_runtime(workspace, path, "crun", {"--cgroup-manager=disabled"}));
  candidates.push_back(oci_runtime(workspace, path, "runc", {}));
  for (Candidate& candidate : candidates) try_out(candidate);
  return candidates;
}

std::optional<int> count_system_calls(const CommandLine& command, const Workspace& workspace,
                                      const std::string& path) {
  const std::string strace = find_program("strace", path);
  if (strace.empty()) return {};
  const std::string table = workspace.path() + "/calls";
  // strace gives the program its path for a name, so one that acts by its name is told the name.
  CommandLine traced{.program = strace,
                     .argv = {"strace", "-f", "-qq", "-c", "-o", table, command.program}};
  if (command.program.ends_with("/busybox")) traced.argv.push_back(command.argv.front());
  traced.argv.insert(traced.argv.end(), command.argv.begin() + 1, command.argv.end());
  if (listen_to(traced).status != 0) return {};
  return parse_call_count(read_file(table));
}

std::optional<int> parse_call_count(const std::string& table) {
  for (const std::string_view line : lines(table)) {
    const std::vector<std::string_view> fields = words(line);
    constexpr std::size_t kCalls = 3;  // after the share, the seconds and the mean of a call
    if (fields.size() <= kCalls || fields.back() != "total") continue;
    if (const auto calls = parse_number(fields[kCalls])) return static_cast<int>(*calls);
  }
  return {};
}

}  // namespace toolkit::bench
