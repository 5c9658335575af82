#include "toolkit/check/test_story.hpp"

#include <unistd.h>

#include "toolkit/kernel/error.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::test {

namespace {

/// What a shell may leave to the program it becomes. It outlives the exec, which closes the pipe, and
/// then does what nobody may be told: it is not the program's.
void leave_a_child() {
  Pipe until_exec = make_pipe();
  if (::fork() == 0) {
    until_exec.write.reset();
    read_all(until_exec.read, "pipe");
    ::_exit(::chroot("/none") == 0 ? 1 : 0);
  }
  static_cast<void>(until_exec.write.release());  // by the exec
  until_exec.read.reset();
}

}  // namespace

std::vector<std::string> Story::of(const std::string& name) const {
  std::vector<std::string> texts;
  for (const checks::TracedCall& call : calls) {
    if (call.name == name) texts.push_back(call.text);
  }
  return texts;
}

checks::TracedCall Story::last(const std::string& name) const {
  for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
    if (call->name == name) return *call;
  }
  return {};
}

Story follow_program(const std::vector<std::string>& words, checks::Tracing tracing) {
  const std::string program = built("tests/followed");
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  Pipe gate = make_pipe();
  const pid_t child = check(::fork(), "fork");
  if (child == 0) {
    gate.write.reset();
    read_all(gate.read, "gate");
    leave_a_child();
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  Story story;
  tracing.release = [&] { gate.write.reset(); };
  tracing.sink = [&, also = tracing.sink](const checks::TracedCall& call) {
    story.calls.push_back(call);
    also(call);
  };
  story.end = checks::follow(child, tracing);
  return story;
}

}  // namespace toolkit::test
