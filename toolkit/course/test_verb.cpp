#include "toolkit/course/test_verb.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <thread>

#include "toolkit/course/junit.hpp"
#include "toolkit/course/lines_of.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/kernel/tty.hpp"

namespace toolkit::course {
namespace {

namespace fs = std::filesystem;

/// ctest writes where it tests, and the build tree may be another user's: so it tests in a directory
/// of its own, which names the build tree as its only part. Removed with the object.
class Workplace {
 public:
  explicit Workplace(const fs::path& build)
      : path_((fs::temp_directory_path() / "cooperage-ctest-XXXXXX").string()) {
    if (!fs::exists(build / "CTestTestfile.cmake")) {
      throw std::runtime_error(fmt::format("there are no tests in {}", build.string()));
    }
    if (::mkdtemp(path_.data()) == nullptr) throw_errno("mkdtemp", path_);
    const Fd file = open_file(path_ + "/CTestTestfile.cmake", O_WRONLY | O_CREAT, 0644);
    write_all(file, fmt::format("subdirs([==[{}]==])\n", build.string()), path_);
  }
  ~Workplace() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  [[nodiscard]] std::string report() const { return path_ + "/report.xml"; }
  [[nodiscard]] std::vector<std::string> ctest(std::initializer_list<std::string> options) const {
    std::vector<std::string> command{"ctest", "--test-dir", path_};
    command.insert(command.end(), options);
    return command;
  }

 private:
  std::string path_;
};

std::vector<SuiteTest> suite_of(const Workplace& workplace) {
  std::string json;
  lines_of(workplace.ctest({"--show-only=json-v1"}),
           [&](std::string_view line) { json.append(line).append("\n"); });
  return read_suite(json);
}

/// On a terminal one line that is written over, elsewhere a line a test.
void show_progress(std::string_view line) {
  if (is_terminal(FdRef(STDOUT_FILENO))) {
    fmt::print("\r\033[K{:.78}", line);
  } else {
    fmt::print("{}\n", line);
  }
  std::fflush(stdout);
}

/// How each test ended by ctest's own word, by name: its report does not tell a time-out from a
/// crash.
using States = std::map<std::string, std::string, std::less<>>;

States run_ctest(const Workplace& workplace, const std::vector<SuiteTest>& tests, unsigned jobs) {
  States states;
  std::string last;
  const auto on_line = [&](std::string_view line) {
    last = line;
    const std::optional<Ended> ended = read_ended(line);
    if (!ended) return;
    show_progress(line);
    for (const SuiteTest& test : tests) {
      if (test.number == ended->number) states[test.name] = ended->state;
    }
  };
  const ExitStatus ended = lines_of(
      workplace.ctest({"-j", std::to_string(jobs), "-I", numbers_for_ctest(tests), "--output-junit",
                       workplace.report(), "--test-output-size-passed", "65536"}),
      on_line, Stderr::among_lines);
  if (is_terminal(FdRef(STDOUT_FILENO))) fmt::print("\r\033[K");
  if (ended.signal != 0 || !fs::exists(workplace.report())) {
    throw std::runtime_error(
        fmt::format("ctest ended early, with {}: {}", ended.shell_code(), last));
  }
  return states;
}

}  // namespace

int test(const Tree& tree, const TestOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const Workplace workplace(tree.build);
  const std::vector<SuiteTest> tests =
      select(suite_of(workplace), options.names, options.long_tests);
  if (tests.empty()) {
    throw std::runtime_error(fmt::format("no test is called {}", fmt::join(options.names, ", ")));
  }
  const unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  fmt::print("{} tests in {}, {} at a time{}\n", tests.size(), tree.build.string(), jobs,
             ::geteuid() == 0 ? "" : ", as a normal user: what needs root is skipped");
  std::fflush(stdout);

  const States states = run_ctest(workplace, tests, jobs);
  std::vector<TestResult> results = judge(read_junit(read_file(workplace.report())), options.skips);
  for (TestResult& result : results) {
    const auto state = states.find(result.name);
    if (result.reason.empty() && state != states.end()) result.reason = state->second;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const Counts counts = count(results);
  fmt::print("{}{:.0f} s\n{}\n", report(results), took.count(), closing_line(counts));
  return counts.failed == 0 && counts.passed + counts.skipped == tests.size() ? 0 : 1;
}

}  // namespace toolkit::course
