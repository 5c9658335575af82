#include <csignal>

#include "toolkit/course/learn/test_clone.hpp"
#include "toolkit/test/terminal.hpp"

namespace toolkit::test {
namespace {

const char* const kReady = "q quit\r\n";

TEST_SUITE("tool") {
  TEST_CASE("watch: checks at once, again at each save, and ends with q") {
    const Clone clone;
    Typist typist(clone.command({"watch", "01"}), {.rows = 30, .columns = 80});
    CHECK(has(typist.wait_for(kReady), "✗\033[0m 01.2"));
    clone.file("labs/01-cask/cask.cpp", "#!/bin/sh\necho 01.1 01.2\n");
    CHECK(has(typist.wait_for(kReady), "2 of 2 steps"));
    typist.type("q");
    CHECK(typist.status() == 0);
  }

  TEST_CASE("watch: an editor that puts the new file in place by a rename is heard") {
    const Clone clone;
    Typist typist(clone.command({"watch", "01"}), {});
    static_cast<void>(typist.wait_for(kReady));
    clone.file("labs/01-cask/cask.cpp~", "#!/bin/sh\necho 01.1 01.2\n");
    std::filesystem::rename(clone.at("labs/01-cask/cask.cpp~"), clone.at("labs/01-cask/cask.cpp"));
    CHECK(has(typist.wait_for(kReady), "2 of 2 steps"));
    typist.type("q");
    CHECK(typist.status() == 0);
  }

  TEST_CASE("watch: n is the next hint, e is the failing call") {
    const Clone clone;
    Typist typist(clone.command({"watch", "01"}), {});
    CHECK(has(typist.wait_for(kReady), "hint 1/3"));
    typist.type("n");
    CHECK(has(typist.wait_for(kReady), "hint 2/3\033[0m  Wood swells."));
    typist.type("e");
    CHECK(has(typist.wait_for(kReady), "puts(1) = -1 EBADF"));
    typist.type("q");
    CHECK(typist.status() == 0);
  }

  TEST_CASE("watch: other keys do nothing, and nothing typed is shown") {
    const Clone clone;
    Typist typist(clone.command({"watch", "01"}), {});
    static_cast<void>(typist.wait_for(kReady));
    typist.type("xyzq");
    CHECK(typist.rest() == "");
    CHECK(typist.status() == 0);
  }

  TEST_CASE("watch: Ctrl-C ends it, too") {
    const Clone clone;
    Typist typist(clone.command({"watch", "01"}), {});
    static_cast<void>(typist.wait_for(kReady));
    typist.type("\x03");
    CHECK(typist.status() == 0);
  }

  TEST_CASE(
      "watch: Ctrl-C ends a check that hangs, and the watch, and leaves the terminal as it was") {
    const Clone clone;
    clone.program("build/checks/01-cask", "#!/bin/bash\necho hanging >/dev/tty\nsleep 1000\n");
    std::vector<std::string> shell = {"sh", "-c", "trap : INT; \"$@\"; stty -a", "sh"};
    const std::vector<std::string> command = clone.command({"watch", "01"});
    shell.insert(shell.end(), command.begin(), command.end());
    Typist typist(shell, {});
    static_cast<void>(typist.wait_for("hanging"));
    typist.type("\x03");
    const std::string after = typist.rest();
    CHECK(has(after, " icanon "));
    CHECK(has(after, " echo "));
  }

  TEST_CASE("watch: a program that does not compile is told, and the next save checked") {
    const Clone clone;
    clone.file("labs/01-cask/cask.cpp", "ERROR\n");
    Typist typist(clone.command({"watch", "01"}), {});
    CHECK(has(typist.wait_for(kReady), "does not compile"));
    clone.file("labs/01-cask/cask.cpp", "#!/bin/sh\necho 01.1\n");
    CHECK(has(typist.wait_for(kReady), "1 of 2 steps"));
    typist.type("q");
    CHECK(typist.status() == 0);
  }

  TEST_CASE("watch: the screen follows the terminal's width") {
    const Clone clone;
    Typist typist(clone.command({"watch", "01"}), {.rows = 24, .columns = 50});
    CHECK(has(typist.wait_for(kReady), "next hint: ./lab hint 01\033[0m\r\n"));
    typist.type("q");
    CHECK(typist.status() == 0);
  }

  TEST_CASE("watch: leaves the terminal as it was") {
    const Clone clone;
    std::vector<std::string> shell = {"sh", "-c", "stty -a; \"$@\"; echo ended; stty -a", "sh"};
    const std::vector<std::string> command = clone.command({"watch", "01"});
    shell.insert(shell.end(), command.begin(), command.end());
    Typist typist(shell, {});
    const std::string before = typist.wait_for("-extproc");
    static_cast<void>(typist.wait_for(kReady));
    typist.type("q");
    static_cast<void>(typist.wait_for("ended\r\n"));
    CHECK(typist.wait_for("-extproc") == before);
  }

  TEST_CASE("watch: a signal that ends it leaves the terminal as it was") {
    const Clone clone;
    std::vector<std::string> shell = {
        "sh", "-c", "(sh -c 'echo $PPID'; exec \"$@\"); echo \"ended $?\"; stty -a", "sh"};
    const std::vector<std::string> command = clone.command({"watch", "01"});
    shell.insert(shell.end(), command.begin(), command.end());
    Typist typist(shell, {});
    const std::string said = typist.wait_for(kReady);
    const pid_t pid = std::stoi(said);
    REQUIRE(pid > 1);
    REQUIRE(::kill(pid, SIGTERM) == 0);
    const std::string after = typist.rest();
    CHECK(has(after, "ended 143"));
    CHECK(has(after, " icanon "));
    CHECK(has(after, " echo "));
  }

  TEST_CASE("watch: without a terminal it says what to type instead") {
    const Clone clone;
    const Outcome outcome = clone.lab({"watch", "01"});
    CHECK(outcome.status == 2);
    CHECK(outcome.err == "lab: watch: needs a terminal; ./lab check 01 checks once\n");
    CHECK(outcome.out.empty());
  }
}

}  // namespace
}  // namespace toolkit::test
