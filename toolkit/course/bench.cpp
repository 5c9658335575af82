#include "toolkit/course/bench.hpp"

#include <fmt/format.h>
#include <sysexits.h>
#include <unistd.h>

#include <vector>

#include "toolkit/course/catalogue.hpp"
#include "toolkit/kernel/error.hpp"

namespace toolkit::course {

namespace {

void become(const std::string& program, std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  check(::execv(program.c_str(), argv.data()), "exec", program);
}

}  // namespace

int bench(const Tree& tree, const BenchOptions& options) {
  const bool is_all = options.suite == Suite::all;
  const std::string program =
      tree.build / (is_all ? "bin/cooper-bench" : "libexec/cooperage/lab-cost");
  std::vector<std::string> words = {is_all ? "cooper-bench" : "lab-cost"};
  if (options.suite == Suite::predict) {
    const Catalogue catalogue = read_catalogue(tree.source);
    const Lab& lab = find_lab(catalogue, tree.source, options.lab, std::filesystem::current_path());
    words.insert(words.end(), {"--predict", lab.number});
  }
  if (::access(program.c_str(), X_OK) != 0) {
    if (is_all) {
      fmt::print(
          stderr,
          "lab: the bench was not built: it needs Google Benchmark (Debian: libbenchmark-dev); "
          "as root, ./lab bench installs it\n");
    } else {
      fmt::print(stderr, "lab: {} was not built\n", program);
    }
    return EX_UNAVAILABLE;
  }
  if (options.quick) words.emplace_back("--quick");
  if (!options.json.empty()) words.insert(words.end(), {"--json", options.json});
  become(program, std::move(words));
  return EX_OSERR;
}

}  // namespace toolkit::course
