#include "toolkit/kernel/advice.hpp"

#include <sys/mount.h>
#include <sys/stat.h>
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
using toolkit::test::error_name;
using toolkit::test::name_of;

namespace {

std::string cell(std::string_view text) { return std::string(toolkit::trim(text)); }

/// The rows of a table in docs/errors.md, each as "call | … | … | meaning question".
std::vector<std::string> rows_for_people(bool (*belongs)(std::string_view third)) {
  std::vector<std::string> rows;
  const std::string page = toolkit::read_file(COOPERAGE_SOURCE "/docs/errors.md");
  for (const std::string_view line : toolkit::lines(page)) {
    const auto cells = toolkit::split(line, '|');
    if (!line.starts_with("| `") || cells.size() != 7 || !belongs(cells[3])) continue;
    rows.push_back(cell(cells[1]) + " | " + cell(cells[2]) + " | " + cell(cells[3]) + " | " +
                   cell(cells[4]) + " " + cell(cells[5]));
  }
  return rows;
}

bool is_errno(std::string_view text) { return text.starts_with(" E"); }
bool is_flag(std::string_view text) { return text.starts_with(" `"); }

std::string row_of(const Advice& known) {
  const auto code = [](std::string_view text) {
    return text.empty() ? std::string() : "`" + std::string(text) + "`";
  };
  return code(known.call) + " | " + code(known.subject) + " | " + error_name(known.error) + " | " +
         std::string(known.text);
}

void produce(const Cause& cause) {
  toolkit::test::as_caller(cause,
                           [&] { CHECK(error_name(cause.fail()) == error_name(cause.error)); });
}

void produce_if(const std::vector<Cause>& causes, bool as_host_root) {
  for (const Cause& cause : causes) {
    if ((cause.caller == Caller::host_root) != as_host_root) continue;
    CAPTURE(name_of(cause));
    produce(cause);
  }
}

void produce_one(const std::vector<Cause>& causes, int error) {
  for (const Cause& cause : causes) {
    if (cause.error == error) produce(cause);
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
    CHECK(advice("setresuid", EINVAL) == advice("setuid", EINVAL));
    CHECK(advice("waitid", ECHILD) == advice("wait4", ECHILD));
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
    const std::vector<std::string> for_people = rows_for_people(is_errno);
    for (std::size_t i = 0; i < std::min(rows.size(), for_people.size()); ++i) {
      CHECK(for_people[i] == rows[i]);
    }
    CHECK(for_people.size() == rows.size());
  }

  TEST_CASE("advice: docs/errors.md holds what calls leave out") {
    std::vector<std::string> rows;
    for (const toolkit::Silence& known : toolkit::all_silences()) {
      const std::string call(known.call);
      rows.push_back('`' + call + "` | `" + std::string(known.flag) + "` | `" +
                     std::string(known.beside) + "` | " + std::string(known.text));
    }
    CHECK(rows_for_people(is_flag) == rows);
  }

  TEST_CASE("advice: a bind that was to be read-only at once is told, a remount is not") {
    const auto told = [](const char* flags) {
      return toolkit::silence("mount",
                              "mount(\"/a\", \"/b\", NULL, " + std::string(flags) + ", NULL) = 0");
    };
    CHECK(told("MS_RDONLY|MS_BIND").starts_with("A bind takes over"));
    CHECK(told("MS_RDONLY|MS_BIND|MS_REC").ends_with("?"));
    CHECK(told("MS_RDONLY|MS_REMOUNT|MS_BIND").empty());
    CHECK(told("MS_BIND").empty());
    CHECK(told("MS_RDONLY").empty());
    CHECK(toolkit::silence("mkdir", "MS_RDONLY|MS_BIND").empty());
  }

  TEST_CASE("advice: the kernel is made to say each of its rows") {
    std::set<std::string> produced;
    for (const Cause& cause : toolkit::test::all_causes()) produced.insert(name_of(cause));
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

  TEST_CASE("advice: the kernel binds for writing whatever the call says [userns]") {
    NEEDS_USER_NAMESPACES();
    toolkit::test::inside(toolkit::Ns::mount, [] {
      const toolkit::test::TempDir place;
      constexpr unsigned long kAtOnce = MS_BIND | MS_RDONLY;
      CHECK(::mount(place.path().c_str(), place.path().c_str(), nullptr, kAtOnce, nullptr) == 0);
      CHECK(toolkit::test::said(::mkdir(place.at("one").c_str(), 0755)) == 0);
      constexpr unsigned long kAfterwards = MS_REMOUNT | kAtOnce;
      CHECK(::mount(nullptr, place.path().c_str(), nullptr, kAfterwards, nullptr) == 0);
      CHECK(toolkit::test::said(::mkdir(place.at("two").c_str(), 0755)) == EROFS);
      toolkit::check(::umount2(place.path().c_str(), MNT_DETACH), "umount2");
    });
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

  TEST_CASE("advice: the kernel says so of ids that root gave up [root]") {
    SKIP_UNLESS(toolkit::test::is_root(), "it gives up the ids of root");
    produce_as_root(toolkit::test::causes_of_ids());
  }

  TEST_CASE("advice: the kernel says so of an empty cpuset [root] [cgroup-v1]") {
    SKIP_UNLESS(toolkit::test::is_root(), "it makes a control group");
    SKIP_UNLESS(::access("/sys/fs/cgroup/cpuset/cpuset.mems", W_OK) == 0,
                "no cpuset of cgroup v1 here");
    produce_one(toolkit::test::causes_of_groups(), ENOSPC);
  }

  TEST_CASE(
      "advice: the kernel says so of a group whose children have controllers [root] [cgroup-v2]") {
    SKIP_UNLESS(toolkit::test::is_root(), "it makes a control group");
    const std::string groups = toolkit::test::unified_groups();
    SKIP_UNLESS(!groups.empty(), "no cgroup v2 here");
    const std::string handed_on = toolkit::read_file(groups + "/cgroup.subtree_control");
    SKIP_UNLESS(handed_on.find("memory") != std::string::npos,
                "the first group of cgroup v2 does not hand memory on");
    produce_one(toolkit::test::causes_of_groups(), EBUSY);
  }
}
