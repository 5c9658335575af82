#include <unistd.h>

#include "toolkit/cooper/test_yard.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/proc.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/terminal.hpp"

using namespace toolkit;
using namespace toolkit::test;

namespace {

constexpr const char* kCtrlC = "\x03";
constexpr const char* kCtrlD = "\x04";
constexpr const char* kCtrlZ = "\x1a";

/// Marks are written in two halves, so that the echo of what is typed is not taken for the answer.
Typist shell(const Yard& yard, std::vector<std::string> options = {"-it"}) {
  return Typist(yard.boxed(std::move(options), {"sh", "-c", "PS1='$ '; export PS1; exec sh -i"}),
                {.rows = 33, .columns = 101});
}

void own_terminal(Yard& yard) {
  Typist typist = shell(yard);
  typist.type("tty; stty size; echo EN''D\n");
  const std::string seen = typist.wait_for("END");
  CHECK(seen.find("/dev/pts/0") != std::string::npos);
  CHECK(seen.find("33 101") != std::string::npos);
  typist.type(
      "echo TERM=$TERM; readlink /proc/self/fd/2; test -c /dev/console && echo CON''SOLE\n");
  CHECK(typist.wait_for("CONSOLE").find("TERM=xterm") != std::string::npos);
  typist.type("exit 7\n");
  CHECK(typist.status() == 7);
}

void follows_the_window(Yard& yard) {
  Typist typist(
      yard.boxed({"-it"}, {"sh", "-c",
                           "trap 'stty size; echo RESIZ''ED; exit 0' WINCH; echo rea''dy; "
                           "while :; do read line; done"}),
      {.rows = 24, .columns = 80});
  typist.wait_for("ready");
  typist.resize({.rows = 50, .columns = 132});
  CHECK(typist.wait_for("RESIZED").find("50 132") != std::string::npos);
  CHECK(typist.status() == 0);
}

void job_control(Yard& yard) {
  Typist typist = shell(yard);
  typist.type("echo G''O; cat\n");
  typist.wait_for("GO");
  typist.type("echoed by cat\n");
  typist.wait_for("echoed by cat\r\nechoed by cat\r\n");
  typist.type(kCtrlZ);
  typist.wait_for("Stopped");
  typist.wait_for("$ ");  // before it, what is typed may be thrown away with the job's
  typist.type("fg\n");
  typist.wait_for("cat\r\n");
  typist.type("again\n");
  typist.wait_for("again\r\nagain\r\n");
  typist.type(kCtrlC);
  typist.wait_for("$ ");
  typist.type("echo status=$?\n");
  typist.wait_for("status=130");
  typist.wait_for("$ ");
  typist.type("exit 130\n");
  CHECK(typist.status() == 130);
}

/// A shell that catches Ctrl-C ignores nothing, and below --init it is not PID 1 that is asked.
void says_nothing_to_a_shell(Yard& yard) {
  Typist typist = shell(yard, {"-it", "--init"});
  typist.type("echo G''O\n");
  std::string seen = typist.wait_for("GO\r\n$ ");
  for (int i = 0; i < 4; ++i) {
    typist.type(kCtrlC);
    seen += typist.wait_for("$ ");
  }
  typist.type("exit 3\n");
  seen += typist.rest();
  CHECK(seen.find("three Ctrl-C") == std::string::npos);
  CHECK(typist.status() == 3);
}

void interrupt(Yard& yard) {
  Typist typist = shell(yard, {"-it", "--init"});
  typist.type("echo G''O; cat\n");
  typist.wait_for("GO");
  typist.type("x\n");
  typist.wait_for("x\r\nx\r\n");
  typist.type(kCtrlC);
  typist.wait_for("$ ");
  typist.type("echo al''ive; exit 3\n");
  typist.wait_for("alive");
  CHECK(typist.status() == 3);
}

void tells_how_to_end_it(Yard& yard) {
  Typist typist(yard.boxed({"-it", "--pidfile", yard.own("pid")}, {"cat"}), {});
  typist.type("x\n");
  typist.wait_for("x\r\nx\r\n");
  typist.type(std::string(kCtrlC) + kCtrlC + kCtrlC);
  typist.wait_for("end it with: kill -9 ");
  typist.type(kCtrlD);
  CHECK(typist.status() == 0);
}

void owns_its_session(Yard& yard) {
  Typist typist(yard.boxed({"-it", "--pidfile", yard.own("pid")}, {"cat"}), {});
  typist.type("x\n");
  typist.wait_for("x\r\nx\r\n");
  const pid_t pid = std::stoi(read_file(yard.own("pid")));
  CHECK(::getsid(pid) == pid);
  const ProcessStat stat = process_stat(pid);
  CHECK(stat.terminal != 0);
  CHECK(stat.foreground == pid);
  CHECK(namespace_id(pid, Ns::mount) != namespace_id(::getpid(), Ns::mount));
  typist.type(kCtrlD);
  CHECK(typist.status() == 0);
}

void gives_the_terminal_back(Yard& yard) {
  std::string cooper;
  for (const std::string& word : yard.boxed({"-it"}, {"true"})) cooper += shell_quote(word) + ' ';
  Typist typist({"bash", "-c",
                 "before=$(stty -g); " + cooper +
                     "; test \"$before\" = \"$(stty -g)\" && "
                     "echo sa''me; " +
                     cooper +
                     " nosuch; test \"$before\" = \"$(stty -g)\" && "
                     "echo al''so; kill -9 0"},
                {});
  typist.wait_for("same");
  typist.wait_for("also");
}

void hangs_up(Yard& yard) {
  Typist typist = shell(yard);
  typist.wait_for("$ ");
  typist.hang_up();
}

void no_typing_for_others(Yard& yard) {
  // Without -t the caller's terminal is the container's input, and no more than that: CVE-2017-5226.
  Typist typist(yard.boxed({"-i"}, {"sh", "-c", "probe type; probe take-terminal; echo EN''D"}),
                {});
  const std::string seen = typist.wait_for("END");
  CHECK(seen.find("ok") == std::string::npos);
  CHECK(typist.status() == 0);
}

void without_a_terminal(Yard& yard) {
  check_one_line(yard.box({"-it"}, {"true"}), 125, "not a terminal");
  CHECK(yard.box({"-t"}, {"tty"}).out == "/dev/pts/0\r\n");
}

}  // namespace

TEST_SUITE("tool") {
  AS_BOTH("terminal: it is the container's own and has the size of the caller's", own_terminal);

  AS_BOTH("terminal: it follows the size of the caller's", follows_the_window);

  AS_BOTH("terminal: a job is stopped and brought back and interrupted", job_control);

  AS_BOTH("terminal: Ctrl-C reaches the command in the foreground below --init", interrupt);

  AS_BOTH("terminal: after three Ctrl-C that do nothing cooper says how to end it",
          tells_how_to_end_it);

  AS_BOTH("terminal: a shell below --init that catches Ctrl-C is told nothing",
          says_nothing_to_a_shell);

  AS_BOTH("terminal: PID 1 leads its session and is in the foreground", owns_its_session);

  AS_BOTH("terminal: the caller's is given back as it was", gives_the_terminal_back);

  AS_BOTH("terminal: a shell ends when the caller's is gone", hangs_up);

  AS_BOTH("terminal: nothing can be typed into the caller's", no_typing_for_others);

  AS_BOTH("terminal: -it without one is refused and -t alone makes one", without_a_terminal);
}
