#include "toolkit/course/learn/pager.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/kernel/tty.hpp"

namespace toolkit::course {
namespace {

bool is_in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  for (const std::string_view directory : split(path == nullptr ? "" : path, ':')) {
    const std::string candidate = std::string(directory) + '/' + program;
    if (::access(candidate.c_str(), X_OK) == 0) return true;
  }
  return false;
}

/// The pager's own process: the text comes by its stdin.
void become_pager(const std::string& command, FdRef text) {
  check(::dup2(text.get(), STDIN_FILENO), "dup2");
  ::setenv("LESS", "FRX", 0);  // as git has it: colours pass, and the text stays on the screen
  std::string shell = "sh";
  std::string option = "-c";
  std::string script = command;
  std::array<char*, 4> arguments = {shell.data(), option.data(), script.data(), nullptr};
  check(::execvp(arguments[0], arguments.data()), "exec", shell);
}

}  // namespace

std::optional<std::string> choose_pager(bool is_terminal, const char* pager, bool has_less) {
  if (!is_terminal) return {};
  if (pager != nullptr) {
    const std::string_view wanted = trim(pager);
    if (wanted.empty() || wanted == "cat") return {};
    return std::string(wanted);
  }
  if (has_less) return "less -R";
  return {};
}

void show(std::string_view text) {
  const FdRef out(STDOUT_FILENO);
  std::fflush(stdout);
  const std::optional<std::string> pager =
      choose_pager(is_terminal(out), std::getenv("PAGER"), is_in_path("less"));
  if (!pager) {
    write_all(out, text, "stdout");
    return;
  }
  Pipe pipe = make_pipe();
  Process process = Process::spawn({}, [&] { become_pager(*pager, pipe.read); });
  process.await_exec();
  pipe.read.reset();
  // Ctrl-C is the pager's own key, and who leaves it early does not take the rest.
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    write_all(pipe.write, text, "pager");
  } catch (const SystemError& error) {
    if (error.number() != EPIPE) throw;
  }
  pipe.write.reset();
  constexpr int kNotExecutable = 126;
  constexpr int kNotFound = 127;
  const int status = process.wait().shell_code();
  if (status == kNotExecutable || status == kNotFound) write_all(out, text, "stdout");
}

}  // namespace toolkit::course
