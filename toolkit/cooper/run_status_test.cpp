#include <signal.h>

#include "toolkit/cooper/test_yard.hpp"

using namespace toolkit;
using namespace toolkit::test;

namespace {

void statuses(Yard& yard) {
  CHECK(yard.box({}, {"true"}).status == 0);
  CHECK(yard.box({}, {"false"}).status == 1);
  CHECK(yard.shell("exit 42").status == 42);
  CHECK(yard.shell("exit 255").status == 255);
  CHECK(yard.box({"--init"}, {"sh", "-c", "exit 42"}).status == 42);
  CHECK(yard.shell("exit 42").err.empty());
}

void not_found(Yard& yard) {
  check_one_line(yard.box({}, {"nosuch"}), 127, "nosuch: no such command");
  check_one_line(yard.box({}, {"/nosuch"}), 127, "/nosuch: no such file");
  check_one_line(yard.box({"--init"}, {"/nosuch"}), 127, "/nosuch: no such file");
  check_one_line(yard.box({}, {""}), 127, "no such command");
  check_one_line(yard.box({}, {"/etc/passwd/x"}), 127, "/etc/passwd/x");
}

void not_executable(Yard& yard) {
  check_one_line(yard.box({}, {"/etc"}), 126, "/etc: not an executable file");
  check_one_line(yard.box({}, {"/etc/passwd"}), 126, "/etc/passwd: not an executable file");
  check_one_line(yard.box({}, {"/dev/null"}), 126, "/dev/null: not an executable file");
}

void broken_programs(Yard& yard) {
  const std::string root = yard.copy_of_root("spoilt");
  const TempDir scratch;
  const auto plant = [&](const std::string& name, std::string_view content) {
    const std::string path = yard.own_file("spoilt/" + name, content);
    std::filesystem::permissions(path, std::filesystem::perms(0755));
  };
  plant("text", "just a text\n");
  plant("empty", "");
  plant("lost", "#!/no/such/interpreter\n");
  plant("foreign", std::string("\x7f"
                               "ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\xff\xff",
                               20) +
                       std::string(44, '\0'));
  const auto run_it = [&](const std::string& name) {
    return run(yard.words({"--rootfs", root + ":O", "/" + name}));
  };
  check_one_line(run_it("text"), 126, "neither a program of this machine nor a script");
  check_one_line(run_it("empty"), 126, "neither a program of this machine nor a script");
  check_one_line(run_it("foreign"), 126, "neither a program of this machine nor a script");
  check_one_line(run_it("lost"), 127, "the interpreter or loader that it names is not");
}

void killed(Yard& yard) {
  CHECK(yard.box({"--init"}, {"sh", "-c", "kill -9 $$"}).status == 128 + SIGKILL);
  CHECK(yard.box({"--init"}, {"sh", "-c", "kill -TERM $$"}).status == 128 + SIGTERM);
  CHECK(yard.shell("trap 'exit 7' TERM; kill -TERM $$; exit 1").status == 7);
  Live live(yard, {});
  live.cooper().signal(SIGUSR1);  // PID 1 without a handler gets nothing
  REQUIRE(::kill(live.pid(), SIGKILL) == 0);
  CHECK(live.cooper().wait().shell_code() == 128 + SIGKILL);
}

void words_of_the_command(Yard& yard) {
  CHECK(yard.box({}, {"echo", "-e", "A=1", "--read-only", "-u", "7"}).out ==
        "A=1 --read-only -u 7\n");
  CHECK(run(yard.words({"--rootfs", yard.rootfs() + ":O", "--", "echo", "-x"})).out == "-x\n");
  CHECK(run(yard.words({"--rootfs", yard.rootfs() + ":O", "--", "echo", "--", "x"})).out ==
        "-- x\n");
  CHECK(yard.box({}, {"echo", "--help"}).out == "--help\n");
  CHECK(yard.box({}, {"sh", "-c", "echo $#", "sh", "", " ", "a b"}).out == "3\n");
  CHECK(yard.box({}, {"echo", "$(id)", "`id`", ";id"}).out == "$(id) `id` ;id\n");
}

void unknown_options(Yard& yard) {
  check_one_line(yard.box({"--foo"}, {"true"}), 125, "--foo");
  check_one_line(yard.box({"-z"}, {"true"}), 125, "-z");
  check_one_line(yard.box({"--userns", "alien"}, {"true"}), 125, "--userns");
  check_one_line(run(yard.words({"-oProxyCommand=id", "true"})), 125, "-oProxyCommand=id");
  check_one_line(run(yard.words({"--", "-oProxyCommand=id", "true"})), 125, "-oProxyCommand=id");
  check_one_line(run(yard.words({"--rootfs"})), 125, "--rootfs");
  check_one_line(run(yard.words({"--rootfs", yard.rootfs()})), 125, "no command");
  check_one_line(run(yard.words({})), 125, "name an image");
}

void long_command_lines(Yard& yard) {
  const std::string word(100'000, 'x');
  std::vector<std::string> command = {"sh", "-c", "echo $# ${#1}", "sh"};
  command.insert(command.end(), 19, word);
  CHECK(yard.box({}, command).out == "19 100000\n");
  // A caller can pass these words; with the variables of the file the kernel takes them no more.
  const std::string text(120'000, 'v');
  const std::string file = yard.own_file("variables", "B=" + text + "\nC=" + text + '\n');
  check_one_line(yard.box({"--env-file", file}, command), 126, "too long");
}

void helps(Yard& yard) {
  const Outcome help = run(yard.words({"--help"}));
  CHECK(help.status == 0);
  CHECK(help.out.find("Usage: cooper run [OPTIONS] IMAGE") != std::string::npos);
  CHECK(help.err.empty());
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("cooper: a verb that it does not have is named in one line") {
    check_one_line(run({built("bin/cooper"), "ru", "busybox"}), 125,
                   "there is no 'ru', only 'run'");
  }

  AS_BOTH("run: the command's status is cooper's", statuses);

  AS_BOTH("run: 127 for a command that is not there", not_found);

  AS_BOTH("run: 126 for what can't be executed", not_executable);

  AS_BOTH("run: a file that is no program is told apart from one that lacks its loader",
          broken_programs);

  AS_BOTH("run: 128 and the signal that ended the command", killed);

  AS_BOTH("run: all after the image is the command's", words_of_the_command);

  AS_BOTH("run: 125 and one line for an option that it does not know", unknown_options);

  AS_BOTH("run: words of two million bytes reach the command or are refused", long_command_lines);

  AS_BOTH("run: --help is an answer and no error", helps);
}
