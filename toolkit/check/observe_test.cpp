#include "toolkit/check/observe.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "toolkit/check/content.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

/// A child that has become a shell, which stops itself.
Process stopped() {
  Process child = Process::spawn({}, [] {
    const char* words[] = {"sh", "-c", "kill -STOP $$", "", "a b", nullptr};
    const char* environment[] = {"A=1", "B=", nullptr};
    ::execve("/bin/sh", const_cast<char**>(words), const_cast<char**>(environment));  // NOLINT
    throw_errno("execve", "/bin/sh");
  });
  child.await_exec();
  return child;
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("observe: the words and variables of a process, byte for byte") {
    const Process child = stopped();
    CHECK(command_line(child.pid()) ==
          std::vector<std::string>{"sh", "-c", "kill -STOP $$", "", "a b"});
    CHECK(environment_of(child.pid()) == std::vector<std::string>{"A=1", "B="});
    CHECK(parent_of(child.pid()) == ::getpid());
    CHECK(status_value(child.pid(), "Tgid") == std::to_string(child.pid()));
  }

  TEST_CASE("observe: root, directory, program and descriptors of a process") {
    const pid_t self = ::getpid();
    struct stat root {};
    REQUIRE(::stat("/", &root) == 0);
    CHECK(root_of(self) == FileId{root.st_dev, root.st_ino});
    struct stat here {};
    REQUIRE(::stat(".", &here) == 0);
    CHECK(cwd_of(self) == FileId{here.st_dev, here.st_ino});
    CHECK(file_at(self, "/") == root_of(self));
    CHECK(file_at(self, "/proc") != root_of(self));
    const Fd open = open_file("/etc/passwd", O_RDONLY);
    const std::vector<Descriptor> all = descriptors(self);
    CHECK(std::any_of(all.begin(), all.end(), [&](const Descriptor& descriptor) {
      return descriptor.number == open.get() && descriptor.target == "/etc/passwd" &&
             descriptor.mount > 0;
    }));
  }

  TEST_CASE("observe: a process that is not there is a SystemError") {
    Process child = stopped();
    const pid_t gone = child.pid();
    child.signal(SIGKILL);
    child.wait();
    CHECK_THROWS_AS(command_line(gone), SystemError);
    CHECK_THROWS_AS(status_value(gone, "Tgid"), SystemError);
    CHECK_THROWS_AS(root_of(gone), SystemError);
  }

  TEST_CASE("observe: the call a process sleeps in has a name") {
    Gate gate;
    const Process child = Process::spawn({}, [&gate] { gate.wait(); });
    while (activity_of(child.pid()).state != 'S') {
    }
    CHECK(call_of(child.pid()) == "read");
  }

  TEST_CASE("observe: a function in another's namespace sees its name, and an error comes back") {
    NEEDS_USER_NAMESPACES();
    test::inside(Ns::mount, [] {
      Gate named;
      const Pipe ready = make_pipe();
      const Process child = Process::spawn({.namespaces = Ns::uts}, [&] {
        set_hostname("cask");
        write_all(ready.write, ".", "ready");
        named.wait();
      });
      char byte = 0;
      REQUIRE(::read(ready.read.get(), &byte, 1) == 1);
      CHECK(hostname_of(child.pid()) == "cask");
      CHECK_THROWS_AS(
          inside(child.pid(), Ns::uts, []() -> std::string { throw SystemError(EBUSY, "x", "y"); }),
          SystemError);
    });
  }

  TEST_CASE("content: a program is known by its bytes, not by its name") {
    const test::TempDir place;
    const std::string content(100'000, 'x');
    place.file("same", content);
    place.file("longer", content + "x");
    place.file("other", content.substr(1) + "y");
    const Fd directory = open_file(place.path(), O_PATH | O_DIRECTORY);
    CHECK(has_content(directory, "same", content));
    CHECK(!has_content(directory, "longer", content));
    CHECK(!has_content(directory, "other", content));
    CHECK(!has_content(directory, "absent", content));
    CHECK(!has_content(directory, ".", content));
  }
}

}  // namespace toolkit::checks
