// What the tests of the checker start in the place of a learner's program; `--list` names all it can do.
#include "toolkit/check/test_subject.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace hostile {

pid_t start(char** command) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::execv(command[0], command);
    ::_exit(127);
  }
  return child;
}

int status_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) == -1) {
    if (errno != EINTR) return 125;
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void isolate(const Job& job) {
  if (::unshare(CLONE_NEWUTS) == -1 || ::sethostname(job.hostname, std::strlen(job.hostname)) == -1)
    ::_exit(125);
}

int do_it_well(const Job& job) {
  isolate(job);
  return status_of(start(job.command));
}

void write_text(const char* path, std::string_view text) {
  const int fd = ::open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644);
  if (fd == -1) return;
  tried(::write(fd, text.data(), text.size()));
  ::close(fd);
}

void must_fail(const char* what, long result) {
  if (result == -1) return;
  std::fprintf(stderr, "reached: %s\n", what);
  ::_exit(99);
}

}  // namespace hostile

int main(int argc, char** argv) {
  using namespace hostile;  // NOLINT: what this program is made of
  const bool list = argc > 1 && std::strcmp(argv[1], "--list") == 0;
  Job job{.name = argv[0],
          .hostname = argc > 2 ? argv[2] : "",
          .command = argv + (argc > 4 ? 4 : argc)};
  for (const auto& part : {processes(), streams(), machine(), root(), cheats(), payload_cheats()}) {
    for (const Behaviour& behaviour : part) {
      if (list) {
        std::printf("%.*s\n", static_cast<int>(behaviour.name.size()), behaviour.name.data());
      } else if (behaviour.name == job.name) {
        return behaviour.run(job);
      }
    }
  }
  return list ? 0 : 2;
}
