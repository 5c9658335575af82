#include "toolkit/check/trace.hpp"

#include <signal.h>
#include <unistd.h>

#include "toolkit/check/test_story.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::Ns;
using toolkit::checks::from_line;
using toolkit::checks::to_line;
using toolkit::checks::TracedCall;
using toolkit::checks::Tracing;
using toolkit::test::follow_program;
using toolkit::test::inside;
using toolkit::test::Story;

namespace {

bool has_word(pid_t pid, const std::string& word) {
  const std::string line = toolkit::read_file("/proc/" + std::to_string(pid) + "/cmdline");
  return line.find(std::string(1, '\0') + word + '\0') != std::string::npos;
}

const Tracing kWithPayload{.is_payload = [](pid_t pid) { return has_word(pid, "payload"); }};

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("trace: a call becomes a line and a call again") {
    const TracedCall call{.pid = 7,
                          .who = 2,
                          .name = "chroot",
                          .text = R"(chroot("/w/root") = -1 EPERM)",
                          .subject = "/w/root",
                          .result = -1,
                          .error = EPERM};
    const TracedCall read = from_line(to_line(call)).value();
    CHECK(read.pid == 7);
    CHECK(read.who == 2);
    CHECK(read.name == "chroot");
    CHECK(read.text == call.text);
    CHECK(read.subject == "/w/root");
    CHECK(read.result == -1);
    CHECK(read.error == EPERM);
  }

  TEST_CASE("trace: a line stays one, whatever is in a call") {
    const std::string line = to_line({.name = "chdir", .text = "a\nb\tc", .subject = "x\ty\nz"});
    CHECK(line.find('\n') == std::string::npos);
    CHECK(from_line(line).value().text == "a b c");
    CHECK(from_line(line).value().subject == "x y z");
  }

  TEST_CASE("trace: what is no line of a call is none") {
    for (const char* line : {"", "x", "1\t2\t3\ta\tb", "x\t0\t0\ta\tb\tc", "1\t0\t0\ta\tb\tc\td"}) {
      CAPTURE(line);
      CHECK_FALSE(from_line(line).has_value());
    }
  }
}

TEST_SUITE("kernel") {
  TEST_CASE("trace: what is done before the exec is not the program's") {
    const Story story = follow_program({});
    CHECK(story.of("chroot").empty());
    CHECK(story.of("execve").empty());
    CHECK(story.calls.size() == 1);
    CHECK(story.last("exit_group").text == "exit_group(0)");
  }

  TEST_CASE("trace: children are followed, and theirs") {
    const Story story = follow_program({"deep"});
    CHECK(story.last("chroot").text == R"(chroot("/none/deep") = -1 ENOENT)");
    const auto exits = story.of("exit_group");
    CHECK(exits == std::vector<std::string>{"exit_group(3)", "exit_group(4)", "exit_group(0)"});
    CHECK(story.last("chroot").pid != story.last("exit_group").pid);
    CHECK(story.last("chroot").who == 2);  // a child's child, whoever is heard first
    CHECK(story.last("exit_group").who == 0);
  }

  TEST_CASE("trace: signals reach who they are for, and a stopped process stays stopped") {
    const Story story = follow_program({"signals"});
    CHECK(story.end.shell_code() == 0);
  }

  TEST_CASE("trace: an end by a signal is told and returned") {
    const Story story = follow_program({"crash"});
    CHECK(story.end.signal == SIGSEGV);
    CHECK(story.calls.back().text == "ended by SIGSEGV");
    CHECK(story.calls.back().name.empty());
  }

  TEST_CASE("trace: a signal without a name ends nobody but its process") {
    const Story story = follow_program({"realtime"});
    CHECK(story.end.signal == 40);
    CHECK(story.calls.back().text == "ended by 40");
  }

  TEST_CASE("trace: a payload is let go and goes on") {
    const Story story = follow_program({"start-payload"}, kWithPayload);
    CHECK(story.end.code == 42);  // the payload's, which its parent returns
    CHECK(story.of("chroot").empty());
    const std::string exec = story.last("execve").text;
    CHECK(exec.starts_with("execve("));
    CHECK(exec.ends_with(R"("payload"]) = 0)"));
  }

  TEST_CASE("trace: a program that becomes the payload itself is waited for all the same") {
    const Story story = follow_program({"become-payload"}, kWithPayload);
    CHECK(story.end.code == 42);
    CHECK(story.of("chroot").empty());
  }

  TEST_CASE("trace: what is no payload is followed on") {
    CHECK(follow_program({"start-payload"}).of("chroot").size() == 1);
  }

  TEST_CASE("trace: what is tried again and again is told once") {
    CHECK(follow_program({"again"}).of("chroot").size() == 1);
  }

  TEST_CASE("trace: a program that asks without end is told up to a bound, and goes on") {
    const Story story = follow_program({"flood"});
    CHECK(story.end.code == 9);
    CHECK(story.calls.size() == 4000);
  }

  TEST_CASE("trace: ends when its pid namespace is killed [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::none, [] {
      toolkit::unshare(Ns::pid);  // so the program is PID 1 of a new one
      const Story story = follow_program({"wait"}, {.sink = [](const TracedCall& call) {
                                           if (call.name == "clone" || call.name == "fork")
                                             ::kill(call.pid, SIGKILL);
                                         }});
      CHECK(story.end.signal == SIGKILL);
      CHECK(story.of("") == std::vector<std::string>{"ended by SIGKILL", "ended by SIGKILL"});
    });
  }

  TEST_CASE("trace: works in a pid namespace whose proc is another's [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::pid | Ns::mount, [] {
      toolkit::mount("proc", "/proc", "proc", 0);
      toolkit::unshare(Ns::pid);
      toolkit::test::in_child([] {  // 1 here and 2 there; the program is 2 here
        const Story story = follow_program({"fail"});
        CHECK(story.last("chdir").error == ENOENT);
        // A number and no path: a descriptor of that number in this process is another.
        const std::string bind = story.last("bind").text;
        CHECK(bind.starts_with("bind("));
        CHECK(bind[bind.find_first_not_of("0123456789", 5)] == ',');
      });
    });
  }
}
