#include "toolkit/course/bench.hpp"

#include <fmt/format.h>
#include <sysexits.h>
#include <unistd.h>

#include <vector>

#include "toolkit/kernel/error.hpp"

namespace toolkit::course {

int bench(const Tree& tree, const BenchOptions& options) {
  const std::string program = tree.build / "bin/cooper-bench";
  if (::access(program.c_str(), X_OK) != 0) {
    fmt::print(
        stderr,
        "lab: the bench was not built: it needs Google Benchmark (Debian: libbenchmark-dev); "
        "as root, ./lab bench installs it\n");
    return EX_UNAVAILABLE;
  }
  std::vector<std::string> words = {"cooper-bench"};
  if (options.quick) words.emplace_back("--quick");
  if (!options.json.empty()) words.insert(words.end(), {"--json", options.json});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  check(::execv(program.c_str(), argv.data()), "exec", program);
  return EX_OSERR;
}

}  // namespace toolkit::course
