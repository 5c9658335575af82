#include "toolkit/test/test.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit::test {

TempDir::TempDir()
    : path_((std::filesystem::temp_directory_path() / "cooperage-test-XXXXXX").string()) {
  if (::mkdtemp(path_.data()) == nullptr) throw_errno("mkdtemp", path_);
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::file(const std::string& name, std::string_view content) const {
  const std::filesystem::path path = at(name);
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

bool is_root() { return ::geteuid() == 0; }

bool has_user_namespaces() {
  try {
    Process::spawn({.namespaces = Ns::user}, [] {}).await_exec();
    return true;
  } catch (const SystemError&) {
    return false;
  }
}

void report_skip(const std::string& reason) {
  const char* require = std::getenv("COOPERAGE_REQUIRE");
  if (require != nullptr && std::string_view(require) == "all") {
    FAIL("a skip, where COOPERAGE_REQUIRE=all allows none: ", reason);
  }
  std::cout << "SKIPPED: " << reason << std::endl;
}

std::string built(const std::string& name) { return std::string(COOPERAGE_BUILD "/") + name; }

namespace {

/// Reads both outputs as they come, so neither can fill its pipe and block the program.
void drain(const Fd& out, const Fd& err, Outcome& outcome) {
  std::array<pollfd, 2> watched{{{out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}}};
  const std::array<std::string*, 2> texts{&outcome.out, &outcome.err};
  std::array<char, 65536> chunk{};
  while (watched[0].fd >= 0 || watched[1].fd >= 0) {
    if (::poll(watched.data(), watched.size(), -1) == -1 && errno != EINTR) throw_errno("poll");
    for (std::size_t i = 0; i < watched.size(); ++i) {
      if (watched[i].fd < 0 || watched[i].revents == 0) continue;
      const ssize_t got = ::read(watched[i].fd, chunk.data(), chunk.size());
      if (got > 0) {
        texts[i]->append(chunk.data(), static_cast<std::size_t>(got));
      } else if (got == 0 || errno != EINTR) {
        watched[i].fd = -1;
      }
    }
  }
}

}  // namespace

Outcome run(const std::vector<std::string>& command, std::string_view input) {
  const TempDir scratch;
  const Fd in = open_file(scratch.file("stdin", input), O_RDONLY);
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  Process child = Process::spawn({.die_with_parent = true}, [&] {
    check(::dup2(in.get(), 0), "dup2");
    check(::dup2(out.write.get(), 1), "dup2");
    check(::dup2(err.write.get(), 2), "dup2");
    check(::execvp(argv[0], argv.data()), "exec", command.front());
  });
  out.write.reset();
  err.write.reset();
  Outcome outcome;
  drain(out.read, err.read, outcome);
  child.await_exec();
  outcome.status = child.wait().shell_code();
  return outcome;
}

}  // namespace toolkit::test
