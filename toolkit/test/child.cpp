#include "toolkit/test/child.hpp"

#include <unistd.h>

#include <iostream>
#include <stdexcept>

#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/kernel/users.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::test {
namespace {

/// How many checks failed in this process so far; a child starts with its parent's number.
int& failures() {
  static int count = 0;
  return count;
}

/// doctest tells its reporters alone what failed, so this is one that prints nothing.
class FailureCounter : public doctest::IReporter {
 public:
  explicit FailureCounter(const doctest::ContextOptions& /*options*/) {}
  void log_assert(const doctest::AssertData& assertion) override {
    if (assertion.m_failed) ++failures();
  }
  void log_message(const doctest::MessageData& message) override {
    if (message.m_severity != doctest::assertType::is_warn) ++failures();
  }
  void report_query(const doctest::QueryData& /*query*/) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats& /*stats*/) override {}
  void test_case_start(const doctest::TestCaseData& /*data*/) override {}
  void test_case_reenter(const doctest::TestCaseData& /*data*/) override {}
  void test_case_end(const doctest::CurrentTestCaseStats& /*stats*/) override {}
  void test_case_exception(const doctest::TestCaseException& /*exception*/) override {}
  void subcase_start(const doctest::SubcaseSignature& /*signature*/) override {}
  void subcase_end() override {}
  void test_case_skipped(const doctest::TestCaseData& /*data*/) override {}
};
DOCTEST_REGISTER_LISTENER("failure counter", 0, FailureCounter);

/// In the child. It ends by _exit, so what doctest printed must be flushed here.
void checked(const std::function<void()>& body) {
  const int before = failures();
  bool aborted = false;
  try {
    body();
  } catch (const std::exception&) {
    std::cout.flush();
    throw;
  } catch (...) {  // doctest's own, of a REQUIRE that failed and is counted
    aborted = true;
  }
  std::cout.flush();
  const int failed = failures() - before;
  if (failed > 0 || aborted) {
    throw std::runtime_error("checks failed in a child, see above: " + std::to_string(failed));
  }
}

}  // namespace

void in_child(const std::function<void()>& body) {
  std::cout.flush();  // or the child would print it too
  Process child = Process::spawn({}, [&] { checked(body); });
  child.await_exec();
  REQUIRE(child.wait().shell_code() == 0);
}

void inside(Ns namespaces, const std::function<void()>& body) {
  std::cout.flush();
  Gate mapped;
  Process child = Process::spawn({.namespaces = namespaces | Ns::user}, [&] {
    mapped.wait();
    checked(body);
  });
  write_id_maps(child.pid(), rootless_maps(::geteuid(), ::getegid(), {}, {}));
  mapped.open();
  child.await_exec();
  REQUIRE(child.wait().shell_code() == 0);
}

std::string status_line(const std::string& name) {
  const std::string status = read_file("/proc/self/status");
  for (const std::string_view line : lines(status)) {
    if (line.starts_with(name + ":")) return std::string(trim(line.substr(name.size() + 1)));
  }
  throw std::runtime_error("no line '" + name + "' in /proc/self/status");
}

}  // namespace toolkit::test
