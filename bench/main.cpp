// cooper-bench: what isolation costs against a bare process, on this machine. `./lab bench` starts it.
#include <getopt.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "bench/measure.hpp"
#include "bench/report.hpp"
#include "bench/reporter.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::bench {
namespace {

constexpr int kUsageError = 2;

struct Options {
  Effort effort = Effort::full;
  std::string json = {};
};

std::optional<Options> parse(int argc, char** argv) {
  constexpr std::array<option, 3> kOptions = {{{"quick", no_argument, nullptr, 'q'},
                                               {"json", required_argument, nullptr, 'j'},
                                               {nullptr, 0, nullptr, 0}}};
  Options options;
  int letter = 0;
  while ((letter = ::getopt_long(argc, argv, "", kOptions.data(), nullptr)) != -1) {
    if (letter != 'q' && letter != 'j') return {};
    if (letter == 'q') options.effort = Effort::quick;
    if (letter == 'j') options.json = ::optarg;
  }
  if (::optind != argc) return {};
  return options;
}

/// A hybrid layout has a cgroup2 mount that Debian's crun refuses. It goes for all candidates alike, in
/// a mount namespace of this program's own; who may not make one measures on the machine as it is.
void leave_hybrid_cgroups() {
  constexpr const char* kUnified = "/sys/fs/cgroup/unified";
  if (::access(kUnified, F_OK) != 0) return;
  try {
    unshare(Ns::mount);
    set_propagation("/", Propagation::private_);
    unmount(kUnified, Detach::yes);
  } catch (const SystemError&) {  // NOLINT: no right to it is no error here
  }
}

void tell(const char* what) {
  if (::isatty(STDERR_FILENO) == 1) std::fprintf(stderr, "cooper-bench: %s …\n", what);
}

std::vector<Family> measure(const Workspace& workspace, const std::vector<Candidate>& candidates,
                            Effort effort, const std::string& path) {
  std::vector<Family> families;
  tell("creating processes");
  families.push_back(measure_creation(effort));
  tell("starting containers");
  families.push_back(measure_starts(candidates, Temper::hot, effort));
  tell("starting containers, with rests");
  families.push_back(measure_starts(candidates, Temper::rested, effort));
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!candidates[i].absent.empty()) continue;
    const auto calls = count_system_calls(candidates[i].command, workspace, path);
    families[1].series[i].system_calls = calls;
    families[2].series[i].system_calls = calls;
  }
  return families;
}

int run(const Options& options) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  const std::string prefix = std::filesystem::path(program).parent_path().parent_path();
  const char* path = std::getenv("PATH");
  const std::string programs = path == nullptr ? "" : path;
  Fd file;  // opened first: a name that can't be written is told before the minutes, not after
  if (!options.json.empty()) {
    constexpr mode_t kMode = 0644;
    file = open_file(options.json, O_WRONLY | O_CREAT | O_TRUNC, kMode);
  }

  Machine machine = observe_machine(std::string(kTreesBelow));
  leave_hybrid_cgroups();
  become_subreaper();
  set_up_library();
  const Workspace workspace(prefix);
  const std::vector<Candidate> candidates = find_candidates(workspace, programs);
  for (const Candidate& candidate : candidates) {
    if (!candidate.version.empty()) machine.versions[candidate.name] = candidate.version;
  }
  const std::vector<Family> families = measure(workspace, candidates, options.effort, programs);
  machine.load_after = load_now();

  std::fputs(to_table(machine, families).c_str(), stdout);
  if (file) write_all(file, to_json(machine, families), options.json);
  return 0;
}

}  // namespace
}  // namespace toolkit::bench

int main(int argc, char** argv) {
  try {
    const auto options = toolkit::bench::parse(argc, argv);
    if (!options) return toolkit::bench::kUsageError;
    return toolkit::bench::run(*options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cooper-bench: %s\n", error.what());
    return 1;
  }
}
