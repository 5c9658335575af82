#include "toolkit/kernel/advice.hpp"

#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <set>
#include <tuple>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/test_causes.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::Advice;
using toolkit::advice;
using toolkit::all_advice;
using toolkit::test::Caller;
using toolkit::test::Cause;

namespace {

std::string error_name(int number) {
  const char* name = ::strerrorname_np(number);
  return name != nullptr ? name : std::to_string(number);
}

/// "write gid_map EPERM"
template <typename Row>
std::string name_of(const Row& row) {
  std::string name(row.call);
  if (!row.subject.empty()) name.append(" ").append(row.subject);
  return name + " " + error_name(row.error);
}

std::string cell(std::string_view text) { return std::string(toolkit::trim(text)); }

/// The rows of docs/errors.md, each as "call | on | errno | meaning question".
std::vector<std::string> rows_for_people() {
  std::vector<std::string> rows;
  const std::string page = toolkit::read_file(COOPERAGE_SOURCE "/docs/errors.md");
  for (const std::string_view line : toolkit::lines(page)) {
    const auto cells = toolkit::split(line, '|');
    if (!line.starts_with("| `") || cells.size() != 7) continue;
    rows.push_back(cell(cells[1]) + " | " + cell(cells[2]) + " | " + cell(cells[3]) + " | " +
                   cell(cells[4]) + " " + cell(cells[5]));
  }
  return rows;
}

std::string row_of(const Advice& known) {
  const auto code = [](std::string_view text) {
    return text.empty() ? std::string() : "`" + std::string(text) + "`";
  };
  return code(known.call) + " | " + code(known.subject) + " | " + error_name(known.error) + " | " +
         std::string(known.text);
}

/// Drops every right that root has over others; a program started so would be dumpable.
void become_nobody() {
  constexpr uid_t kNobody = 65534;
  if (::geteuid() != 0) return;
  toolkit::check(::setgroups(0, nullptr), "setgroups");
  toolkit::check(::setresgid(kNobody, kNobody, kNobody), "setresgid");
  toolkit::check(::setresuid(kNobody, kNobody, kNobody), "setresuid");
  toolkit::check(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "prctl");
}

void produce(const Cause& cause) {
  const auto compare = [&] { CHECK(error_name(cause.fail()) == error_name(cause.error)); };
  switch (cause.caller) {
    case Caller::inside:
      return toolkit::test::inside(cause.kinds, compare);
    case Caller::nobody:
      return toolkit::test::in_child([&] {
        become_nobody();
        compare();
      });
    case Caller::host_root:
      return toolkit::test::in_child(compare);
  }
}

void produce_if(const std::vector<Cause>& causes, bool as_host_root) {
  for (const Cause& cause : causes) {
    if ((cause.caller == Caller::host_root) != as_host_root) continue;
    CAPTURE(name_of(cause));
    produce(cause);
  }
}

void produce_all(const std::vector<Cause>& causes) { produce_if(causes, false); }
void produce_as_root(const std::vector<Cause>& causes) { produce_if(causes, true); }

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("advice: says what a failure means and asks what to look at") {
    CHECK(advice("pivot_root", EBUSY).ends_with("What makes a directory a mount point?"));
    CHECK(advice("pivot_root", ENOSYS).empty());
    CHECK(advice("nonesuch", EPERM).empty());
  }

  TEST_CASE("advice: what it was done to decides, where there is such a row") {
    CHECK(advice("write", EPERM, "/proc/7/gid_map").starts_with("Without CAP_SETGID"));
    CHECK(advice("write", EPERM, "uid_map").starts_with("Without CAP_SETUID"));
    CHECK(advice("write", EPERM, "/etc/passwd").empty());
    CHECK(advice("write", EPERM).empty());
    CHECK(advice("mount", EPERM, "/w/root/proc").starts_with("In a user namespace a proc"));
    CHECK(advice("mount", EPERM, "/w/root/dev") == advice("mount", EPERM));
  }

  TEST_CASE("advice: a call of libc is what the kernel makes of it") {
    CHECK(advice("clone", ENOSPC) == advice("clone3", ENOSPC));
    CHECK(advice("fork", ENOMEM) == advice("clone3", ENOMEM));
    CHECK(advice("mknod", EPERM) == advice("mknodat", EPERM));
    CHECK_FALSE(advice("mknod", EPERM).empty());
  }

  TEST_CASE("advice: every text is sentences that end with a question") {
    for (const Advice& known : all_advice()) {
      CAPTURE(name_of(known));
      CHECK(known.text.ends_with("?"));
      CHECK(known.text.find(". ") != std::string_view::npos);
      CHECK(known.text.find('|') == std::string_view::npos);
    }
  }

  TEST_CASE("advice: no failure has two rows") {
    std::set<std::string> seen;
    for (const Advice& known : all_advice()) {
      CAPTURE(name_of(known));
      CHECK(seen.insert(name_of(known)).second);
    }
  }

  TEST_CASE("advice: docs/errors.md holds the same rows") {
    std::vector<std::string> rows;
    for (const Advice& known : all_advice()) rows.push_back(row_of(known));
    const std::vector<std::string> for_people = rows_for_people();
    for (std::size_t i = 0; i < std::min(rows.size(), for_people.size()); ++i) {
      CHECK(for_people[i] == rows[i]);
    }
    CHECK(for_people.size() == rows.size());
  }

  TEST_CASE("advice: the kernel is made to say each of its rows") {
    std::set<std::string> produced;
    for (const auto& causes :
         {toolkit::test::causes_of_roots(), toolkit::test::causes_of_mounts(),
          toolkit::test::causes_of_namespaces(), toolkit::test::causes_of_ids(),
          toolkit::test::causes_of_processes()}) {
      for (const Cause& cause : causes) produced.insert(name_of(cause));
    }
    std::set<std::string> rows;
    for (const Advice& known : all_advice()) rows.insert(name_of(known));
    for (const std::string& row : rows) CHECK_MESSAGE(produced.contains(row), row);
    for (const std::string& cause : produced) CHECK_MESSAGE(rows.contains(cause), cause);
  }
}

TEST_SUITE("kernel") {
  TEST_CASE("advice: the kernel says so of roots [userns]") {
    NEEDS_USER_NAMESPACES();
    produce_all(toolkit::test::causes_of_roots());
  }

  TEST_CASE("advice: the kernel says so of mounts [userns]") {
    NEEDS_USER_NAMESPACES();
    produce_all(toolkit::test::causes_of_mounts());
  }

  TEST_CASE("advice: the kernel says so of namespaces [userns]") {
    NEEDS_USER_NAMESPACES();
    produce_all(toolkit::test::causes_of_namespaces());
  }

  TEST_CASE("advice: the kernel says so of ids [userns]") {
    NEEDS_USER_NAMESPACES();
    produce_all(toolkit::test::causes_of_ids());
  }

  TEST_CASE("advice: the kernel says so of processes [userns]") {
    NEEDS_USER_NAMESPACES();
    produce_all(toolkit::test::causes_of_processes());
  }

  TEST_CASE("advice: the kernel says so to root on the host's own mounts [root]") {
    SKIP_UNLESS(toolkit::test::is_root(), "it makes a mount namespace without a user namespace");
    produce_as_root(toolkit::test::causes_of_roots());
  }

  TEST_CASE("advice: the kernel says so of an empty cpuset [root] [cgroup-v1]") {
    SKIP_UNLESS(toolkit::test::is_root(), "it makes a control group");
    SKIP_UNLESS(::access("/sys/fs/cgroup/cpuset/cpuset.mems", W_OK) == 0,
                "no cpuset of cgroup v1 here");
    produce_as_root(toolkit::test::causes_of_processes());
  }
}
