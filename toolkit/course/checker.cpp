#include "toolkit/course/checker.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "toolkit/check/report.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

using checks::Result;
using checks::Verdict;

/// A checker bounds each of its steps by itself; one that is silent for longer is broken.
constexpr int kSilence = 120'000;  // ms

/// A checker that runs, and the two places it writes to.
class Checker {
 public:
  Checker(const Tree& tree, const Lab& lab, std::vector<std::string> arguments)
      : program_(tree.build / "checks" / lab.name), child_(start(std::move(arguments))) {
    report_.write.reset();
  }

  /// Hands on each line of the report until the checker has ended.
  void read_report(const std::function<void(std::string_view)>& on_line) {
    std::string pending;
    for (bool ended = false; !ended;) {
      std::array<pollfd, 2> waits = {
          {{.fd = report_.read.get(), .events = POLLIN, .revents = 0},
           {.fd = child_.pidfd().get(), .events = POLLIN, .revents = 0}}};
      const int ready = ::poll(waits.data(), waits.size(), kSilence);
      if (ready == -1 && errno == EINTR) continue;
      if (check(ready, "poll") == 0) break;
      // Whatever holds the other end open, the report is over when the checker is.
      ended = waits[0].revents == 0;
      if (!ended) ended = !take(pending);
      std::size_t begin = 0;
      for (std::size_t end = 0; (end = pending.find('\n', begin)) != std::string::npos;) {
        on_line(std::string_view(pending).substr(begin, end - begin));
        begin = end + 1;
      }
      pending.erase(0, begin);
    }
  }

  /// How it ended, and its last line.
  std::string last_words() {
    const std::optional<ExitStatus> ended = child_.wait_for(std::chrono::seconds(1));
    const std::string text = read_file(proc_path(words_));
    const auto said = lines(trim(text));
    const std::string how = !ended               ? "it hangs"
                            : ended->signal != 0 ? fmt::format("signal {} ended it", ended->signal)
                                                 : fmt::format("it ended with {}", ended->code);
    return said.empty() ? how : fmt::format("{}: {}", how, printable(said.back()));
  }

 private:
  Process start(std::vector<std::string> words) {
    if (::access(program_.c_str(), X_OK) != 0) {
      throw std::runtime_error(fmt::format("{} was not built", program_));
    }
    words.insert(words.begin(), program_);
    Process child = Process::spawn({}, [&] {
      const int report = check(::fcntl(report_.write.get(), F_DUPFD, 3), "fcntl");
      words.insert(words.end(), {"--report", std::to_string(report)});
      check(::dup2(words_.get(), STDOUT_FILENO), "dup2");
      check(::dup2(words_.get(), STDERR_FILENO), "dup2");
      std::vector<char*> argv;
      for (std::string& word : words) argv.push_back(word.data());
      argv.push_back(nullptr);
      check(::execv(argv[0], argv.data()), "exec", program_);
    });
    child.await_exec();
    return child;
  }

  /// False when nothing can come any more.
  bool take(std::string& pending) {
    std::array<char, 65536> chunk{};
    const ssize_t got = ::read(report_.read.get(), chunk.data(), chunk.size());
    if (got == -1 && errno == EINTR) return true;
    if (check(got, "read", "report") == 0) return false;
    pending.append(chunk.data(), static_cast<std::size_t>(got));
    return true;
  }

  std::string program_;
  Pipe report_ = make_pipe();
  Fd words_{check(::memfd_create("checker", MFD_CLOEXEC), "memfd_create")};
  Process child_;
};

}  // namespace

bool belongs_to(const std::string& id, const std::string& step) {
  if (!id.starts_with(step)) return false;
  return id.size() == step.size() || (id.size() == step.size() + 1 && id.back() >= 'a');
}

std::vector<Result> list_checks(const Tree& tree, const Lab& lab) {
  Checker checker(tree, lab, {"--list"});
  std::vector<Result> listed;
  checker.read_report(
      [&](std::string_view line) { listed.push_back(checks::result_from_json(line)); });
  if (listed.empty()) {
    throw std::runtime_error(
        fmt::format("the checker of {} has no checks: {}", lab.name, checker.last_words()));
  }
  return listed;
}

std::vector<Result> run_checks(const Tree& tree, const Lab& lab, const CheckOptions& options) {
  std::vector<Result> results;
  for (Result& listed : list_checks(tree, lab)) {
    const bool wanted =
        options.only.empty() ||
        std::any_of(options.only.begin(), options.only.end(),
                    [&](const std::string& step) { return belongs_to(listed.id, step); });
    if (wanted) results.push_back(std::move(listed));
  }
  std::vector<std::string> words = {"--subject", options.program,
                                    "--name",    lab.program,
                                    "--probe",   tree.build / "libexec/cooperage/probe"};
  if (!options.only.empty()) {
    words.insert(words.end(), {"--only", fmt::format("{}", fmt::join(options.only, ","))});
  }
  if (options.explain == Explain::yes) words.emplace_back("--explain");
  if (options.extent == Extent::until_failure) words.emplace_back("--until-failure");
  for (const auto& [name, program] : options.beside) {
    words.insert(words.end(), {"--beside", fmt::format("{}={}", name, program.string())});
  }

  Checker checker(tree, lab, words);
  std::vector<std::string> told;
  checker.read_report([&](std::string_view line) {
    Result result = checks::result_from_json(line);
    for (Result& known : results) {
      if (known.id != result.id) continue;
      known = std::move(result);
      told.push_back(known.id);
      if (options.on_result) options.on_result(known);
      return;
    }
  });
  const std::string last_words = told.size() < results.size() ? checker.last_words() : "";
  for (Result& result : results) {
    if (std::find(told.begin(), told.end(), result.id) != told.end()) continue;
    result.verdict = Verdict::infra;
    result.reason = "the checker told nothing of this: " + last_words;
    if (options.on_result) options.on_result(result);
  }
  return results;
}

}  // namespace toolkit::course
