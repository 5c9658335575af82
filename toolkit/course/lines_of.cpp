#include "toolkit/course/lines_of.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit::course {
namespace {

/// SIGINT is ignored until the end of the scope: who waits for a program cleans up after it.
class IgnoredInterrupt {
 public:
  IgnoredInterrupt() : before_(::signal(SIGINT, SIG_IGN)) {}
  ~IgnoredInterrupt() { ::signal(SIGINT, before_); }
  IgnoredInterrupt(const IgnoredInterrupt&) = delete;
  IgnoredInterrupt& operator=(const IgnoredInterrupt&) = delete;

 private:
  sighandler_t before_;
};

void hand_on_lines(FdRef out, const std::function<void(std::string_view)>& on_line) {
  std::string pending;
  std::array<char, 4096> chunk{};
  while (true) {
    const ssize_t got = ::read(out.get(), chunk.data(), chunk.size());
    if (got == -1 && errno == EINTR) continue;
    if (check(got, "read") == 0) break;
    pending.append(chunk.data(), static_cast<std::size_t>(got));
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = pending.find('\n', begin)) != std::string::npos;) {
      on_line(std::string_view(pending).substr(begin, end - begin));
      begin = end + 1;
    }
    pending.erase(0, begin);
  }
  if (!pending.empty()) on_line(pending);
}

}  // namespace

ExitStatus lines_of(const std::vector<std::string>& command,
                    const std::function<void(std::string_view)>& on_line, Stderr errors) {
  const Fd nothing = open_file("/dev/null", O_RDONLY);
  Pipe out = make_pipe();
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  Process child = Process::spawn({}, [&] {
    check(::dup2(nothing.get(), STDIN_FILENO), "dup2");
    check(::dup2(out.write.get(), STDOUT_FILENO), "dup2");
    if (errors == Stderr::among_lines) check(::dup2(STDOUT_FILENO, STDERR_FILENO), "dup2");
    check(::execvp(argv[0], argv.data()), "exec", command.front());
  });
  const IgnoredInterrupt ignored;
  out.write.reset();
  hand_on_lines(out.read, on_line);
  child.await_exec();
  return child.wait();
}

}  // namespace toolkit::course
