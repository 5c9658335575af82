#include "toolkit/course/demo/guest.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

// The name is asked for inside: only a member of a uts namespace can. Then it waits to be looked at.
constexpr const char* kScript = "hostname; read line";
constexpr std::array kWords = {"run", "-i", "--hostname", "barrel", "busybox", "sh", "-c", kScript};

Process start(const std::string& cooper, const Pipe& input, const Pipe& output) {
  std::vector<char*> argv = {const_cast<char*>(cooper.c_str())};
  for (const char* word : kWords) argv.push_back(const_cast<char*>(word));
  argv.push_back(nullptr);
  return Process::spawn({}, [&] {
    check(::dup2(input.read.get(), STDIN_FILENO), "dup2");
    check(::dup2(output.write.get(), STDOUT_FILENO), "dup2");
    check(::execv(argv[0], argv.data()), "exec", cooper);
  });
}

std::string read_line(FdRef fd) {
  std::string line;
  char byte = 0;
  while (::read(fd.get(), &byte, 1) == 1 && byte != '\n') line.push_back(byte);
  return line;
}

/// The one child of `cooper`: the container's PID 1.
pid_t child_of(pid_t pid) {
  const std::string id = std::to_string(pid);
  const std::string children = read_file("/proc/" + id + "/task/" + id + "/children");
  return static_cast<pid_t>(parse_id(trim(children)).value_or(0));
}

}  // namespace

std::string Guest::command_line() {
  std::string line = "cooper";
  for (const char* word : kWords) line += ' ' + shell_quote(word);
  return line;
}

Guest::Guest(const std::string& cooper)
    : input_(make_pipe()), output_(make_pipe()), process_(start(cooper, input_, output_)) {
  output_.write.reset();
  input_.read.reset();
  process_.await_exec();
  hostname_ = read_line(output_.read);
  if (running()) pid_ = child_of(process_.pid());
}

int Guest::finish() {
  // A container that never ran reads nothing; its status says why.
  if (running()) write_all(input_.write, "\n", "the container's input");
  input_.write.reset();
  return process_.wait().shell_code();
}

}  // namespace toolkit::course
