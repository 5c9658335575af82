#include "toolkit/container/state.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT

namespace {

namespace fs = std::filesystem;

std::string this_boot() { return std::string(trim(read_file("/proc/sys/kernel/random/boot_id"))); }

/// A record as a killed cooper leaves it: nobody holds its lock.
void leave_record(const StateDirectory& state, const std::string& id, const std::string& content) {
  const Fd file = open_file(state.records() + '/' + id, O_WRONLY | O_CREAT | O_EXCL, 0600);
  write_all(file, content, id);
}

std::string record_of(pid_t pid, const std::string& boot,
                      const std::string& at = "9000000000000000000") {
  return "pid " + std::to_string(pid) + "\nat " + at + "\nboot " + boot + '\n';
}

/// A child that lives until it is killed.
Process living(Ns namespaces = Ns::none) {
  return Process::spawn({.namespaces = namespaces}, [] {
    while (true) ::pause();
  });
}

bool has_ended(const Process& process) {
  pollfd ended{.fd = process.pidfd().get(), .events = POLLIN, .revents = 0};
  return ::poll(&ended, 1, 0) == 1;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("state: a directory is made for its user alone with two in it") {
    const TempDir home;
    const StateDirectory state(home.at("deep/state"));
    struct stat status {};
    REQUIRE(::stat(state.path().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0700);
    CHECK(fs::is_directory(state.records()));
    CHECK(fs::is_directory(state.base()));
    CHECK_NOTHROW(StateDirectory(state.path()));
  }

  TEST_CASE("state: a directory that others can write to is refused") {
    const TempDir home;
    const std::string path = home.at("state");
    fs::create_directory(path);
    fs::permissions(path, fs::perms(0770));
    CHECK_THROWS_WITH_AS(StateDirectory{path},
                         doctest::Contains("not a directory that only this user can write to"),
                         std::runtime_error);
  }

  TEST_CASE("state: a link to a directory is no directory") {
    const TempDir home;
    fs::create_directory(home.at("real"));
    fs::permissions(home.at("real"), fs::perms(0700));
    fs::create_symlink("real", home.at("state"));
    CHECK_THROWS_AS(StateDirectory{home.at("state")}, std::runtime_error);
  }

  TEST_CASE("state: another's directory is refused [root]") {
    SKIP_UNLESS(is_root(), "not root");
    const TempDir home;
    const StateDirectory mine(home.at("state"));
    REQUIRE(::chown(mine.path().c_str(), 1000, 1000) == 0);
    CHECK_THROWS_AS(StateDirectory{home.at("state")}, std::runtime_error);
  }

  TEST_CASE("state: a record is there while its object lives and says what was started") {
    const TempDir home;
    const StateDirectory state(home.at("state"));
    {
      Record record(state, "abc");
      CHECK_FALSE(parse_recorded_process(read_file(state.records() + "/abc")));
      record.set_process(4711);
      const auto said = parse_recorded_process(read_file(state.records() + "/abc"));
      REQUIRE(said);
      CHECK(said->pid == 4711);
      CHECK(said->recorded_at > 0);
      CHECK(said->boot_id == this_boot());
    }
    CHECK(fs::is_empty(state.records()));
  }

  TEST_CASE("state: what a killed start did not make a record makes") {
    const TempDir home;
    const StateDirectory state(home.at("state"));
    fs::remove(state.records());
    fs::remove(state.base());
    const Record record(state, "abc");
    CHECK(fs::exists(state.records() + "/abc"));
    CHECK(fs::is_directory(state.base()));
  }

  TEST_CASE("state: a torn record names no process") {
    const std::string whole = "pid 12\nat 34\nboot abc\n";
    REQUIRE(parse_recorded_process(whole));
    CHECK(parse_recorded_process(whole)->pid == 12);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      CHECK_FALSE(parse_recorded_process(whole.substr(0, size)));
    }
    for (const char* text :
         {"pid 0\nat 34\nboot a\n", "pid -1\nat 34\nboot a\n", "pid 1x\nat 34\nboot a\n",
          "pid 12\nat \nboot a\n", "at 34\npid 12\nboot a\n", "pid 12\nat 34\nboot a\nmore\n"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_recorded_process(text));
    }
  }

  TEST_CASE("state: a record names the file that holds the number") {
    const TempDir home;
    const StateDirectory state(home.at("state"));
    Record record(state, "abc");
    record.set_process(4711, home.at("pid"));
    const auto said = parse_recorded_process(read_file(state.records() + "/abc"));
    REQUIRE(said);
    CHECK(said->pidfile == home.at("pid"));
  }

  TEST_CASE("sweep: a killed one's pidfile goes and another's stays") {
    const TempDir home;
    const StateDirectory state(home.at("state"));
    const std::string own = home.file("own", "4711\n");
    const std::string others = home.file("others", "4712\n");
    home.file("state/run/a", "pid 4711\nat 1\nboot none\npidfile " + own + "\n");
    home.file("state/run/b", "pid 4711\nat 1\nboot none\npidfile " + others + "\n");
    CHECK(sweep(state).size() == 2);
    CHECK_FALSE(fs::exists(own));
    CHECK(fs::exists(others));
  }

  TEST_CASE("sweep: what nobody holds is removed and a held record stays") {
    const TempDir home;
    const StateDirectory state(home.at("state"));
    const Record held(state, "held");
    leave_record(state, "empty", "");
    leave_record(state, "torn", "pid 1");
    const std::vector<Leftover> found = sweep(state);
    CHECK(found.size() == 2);
    for (const Leftover& left : found) CHECK_FALSE(left.ended);
    CHECK(fs::exists(state.records() + "/held"));
    CHECK_FALSE(fs::exists(state.records() + "/empty"));
    CHECK_FALSE(fs::exists(state.records() + "/torn"));
    CHECK(sweep(state).empty());
  }

  TEST_CASE("sweep: a process that is no container's is not touched") {
    const TempDir home;
    const StateDirectory state(home.at("state"));
    const Process other = living();
    leave_record(state, "reused", record_of(other.pid(), this_boot()));
    const std::vector<Leftover> found = sweep(state);
    REQUIRE(found.size() == 1);
    CHECK(found[0].id == "reused");
    CHECK_FALSE(found[0].ended);
    CHECK_FALSE(has_ended(other));
  }

  TEST_CASE("sweep: a link among the records is not followed") {
    const TempDir home;
    const StateDirectory state(home.at("state"));
    home.file("precious", "");
    fs::create_symlink(home.at("precious"), state.records() + "/link");
    sweep(state);
    CHECK(fs::exists(home.at("precious")));
  }
}

TEST_SUITE("kernel") {
  TEST_CASE(
      "sweep: the first process of a namespace is ended when it is the recorded one [userns]") {
    NEEDS_USER_NAMESPACES();
    const TempDir home;
    const StateDirectory state(home.at("state"));
    const Process container = living(Ns::user | Ns::pid);
    leave_record(state, "left", record_of(container.pid(), this_boot()));
    const std::vector<Leftover> found = sweep(state);
    REQUIRE(found.size() == 1);
    CHECK(found[0].ended == container.pid());
    CHECK(has_ended(container));
  }

  TEST_CASE("sweep: one of another boot or that started later is not ended [userns]") {
    NEEDS_USER_NAMESPACES();
    const TempDir home;
    const StateDirectory state(home.at("state"));
    const Process container = living(Ns::user | Ns::pid);
    leave_record(state, "boot", record_of(container.pid(), "another"));
    leave_record(state, "late", record_of(container.pid(), this_boot(), "1"));
    const std::vector<Leftover> found = sweep(state);
    CHECK(found.size() == 2);
    for (const Leftover& left : found) CHECK_FALSE(left.ended);
    CHECK_FALSE(has_ended(container));
  }

  TEST_CASE("sweep: one that ended before is not said to be ended now [userns]") {
    NEEDS_USER_NAMESPACES();
    const TempDir home;
    const StateDirectory state(home.at("state"));
    const Process zombie = Process::spawn({.namespaces = Ns::user | Ns::pid}, [] {});
    pollfd ended{.fd = zombie.pidfd().get(), .events = POLLIN, .revents = 0};
    REQUIRE(::poll(&ended, 1, 10'000) == 1);
    leave_record(state, "left", record_of(zombie.pid(), this_boot()));
    const std::vector<Leftover> found = sweep(state);
    REQUIRE(found.size() == 1);
    CHECK_FALSE(found[0].ended);
  }
}
