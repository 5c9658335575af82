// What the tests of the checker start in the place of a learner's program; `--list` names all it can do.
#include "toolkit/check/test_subject.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

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
  const bool is_sample = job.words[1] != nullptr && std::strcmp(job.words[1], "--hostname") == 0;
  if (!is_sample || job.solution != nullptr) return;
  if (::unshare(CLONE_NEWUTS) == -1 || ::sethostname(job.hostname, std::strlen(job.hostname)) == -1)
    ::_exit(125);
}

int do_it_well(const Job& job) {
  if (job.solution != nullptr) {
    ::execv(job.solution, job.words);
    ::_exit(125);
  }
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

namespace {

/// What stands at the end of a file that carries a solution.
struct Trailer {
  std::array<char, 8> mark = {};
  std::uint64_t size = 0;
};

/// Where the solution that this file carries can be executed; empty when it carries none.
std::string unpack_solution() {
  const int self = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  Trailer trailer;
  const off_t end = self == -1 ? -1 : ::lseek(self, -static_cast<off_t>(sizeof trailer), SEEK_END);
  if (end == -1 || ::read(self, &trailer, sizeof trailer) != sizeof trailer) return {};
  if (std::memcmp(trailer.mark.data(), "solution", trailer.mark.size()) != 0) return {};
  const int memory = ::memfd_create("solution", MFD_CLOEXEC);
  off_t from = end - static_cast<off_t>(trailer.size);
  while (from<end&& ::sendfile(memory, self, &from, static_cast<std::size_t>(end - from))> 0) {
  }
  ::close(self);
  return "/proc/self/fd/" + std::to_string(memory);
}

/// The words behind the first "--", or none.
char** command_of(char** words) {
  while (*words != nullptr && std::strcmp(*words, "--") != 0) ++words;
  return *words == nullptr ? words : words + 1;
}

}  // namespace
}  // namespace hostile

int main(int argc, char** argv) {
  using namespace hostile;  // NOLINT: what this program is made of
  const bool list = argc > 1 && std::strcmp(argv[1], "--list") == 0;
  const std::string solution = unpack_solution();
  Job job{.name = argv[0],
          .hostname = argc > 2 ? argv[2] : "",
          .command = command_of(argv),
          .words = argv,
          .solution = solution.empty() ? nullptr : solution.c_str()};
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
