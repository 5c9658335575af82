#include "bench/start.hpp"

#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::bench {
namespace {

using Clock = std::chrono::steady_clock;

double microseconds(const timeval& time) {
  constexpr double kMega = 1e6;
  return static_cast<double>(time.tv_sec) * kMega + static_cast<double>(time.tv_usec);
}

double cpu_of(const rusage& usage) {
  return microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
}

/// Where a child's descriptors go. See posix_spawn_file_actions_init(3).
class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  void connect(FdRef source, int target) {
    ::posix_spawn_file_actions_adddup2(&actions_, source.get(), target);
  }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

pid_t spawn(const CommandLine& command, const FileActions& actions) {
  std::vector<std::string> words = command.argv;
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t child = -1;
  const int error =
      ::posix_spawn(&child, command.program.c_str(), actions.get(), nullptr, argv.data(), environ);
  if (error != 0) throw SystemError(error, "posix_spawn", command.program);
  return child;
}

/// Waits for a child, or with -1 for any; returns its CPU time, with that of the children it reaped.
double reap(pid_t which, int& status, pid_t& reaped) {
  rusage usage{};
  do {
    reaped = ::wait4(which, &status, __WALL, &usage);
  } while (reaped == -1 && errno == EINTR);
  return reaped == -1 ? 0 : cpu_of(usage);
}

int shell_status(int status) {
  constexpr int kSignalled = 128;
  return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
}

}  // namespace

void become_subreaper() { check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl"); }

Started start(const CommandLine& command, FdRef errors) {
  const Fd null = open_file("/dev/null", O_RDWR);
  FileActions actions;
  actions.connect(null, STDIN_FILENO);
  actions.connect(null, STDOUT_FILENO);
  actions.connect(errors, STDERR_FILENO);

  const Clock::time_point begin = Clock::now();
  const pid_t child = spawn(command, actions);
  int status = 0;
  pid_t reaped = 0;
  double cpu = reap(child, status, reaped);
  const std::chrono::duration<double, std::micro> wall = Clock::now() - begin;

  while (reaped != -1) {
    int ignored = 0;
    cpu += reap(-1, ignored, reaped);
  }
  return {.sample = {.wall = wall.count(), .cpu = cpu}, .status = shell_status(status)};
}

Said listen_to(const CommandLine& command) {
  const Fd null = open_file("/dev/null", O_RDWR);
  Pipe pipe = make_pipe();
  FileActions actions;
  actions.connect(null, STDIN_FILENO);
  actions.connect(pipe.write, STDOUT_FILENO);
  actions.connect(pipe.write, STDERR_FILENO);
  const pid_t child = spawn(command, actions);
  pipe.write.reset();
  Said said{.text = read_all(pipe.read, command.program)};
  int status = 0;
  pid_t reaped = 0;
  reap(child, status, reaped);
  said.status = shell_status(status);
  while (reaped != -1) reap(-1, status, reaped);
  return said;
}

std::string find_program(const std::string& name, const std::string& path) {
  for (const std::string_view directory : split(path, ':')) {
    std::string program = std::string(directory) + "/" + name;
    if (!directory.empty() && ::access(program.c_str(), X_OK) == 0) return program;
  }
  return {};
}

}  // namespace toolkit::bench
