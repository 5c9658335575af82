#include <fcntl.h>
#include <signal.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "toolkit/hop/hop_image.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit {
namespace {

/// What the hop execs, as argv of its own: exec|init, error pipe, path, argv[0] and more.
Process start_hop(const char* mode, const std::string& path, const std::vector<std::string>& argv) {
  return Process::spawn({}, [&](FdRef errors) {
    const Fd hop = make_hop();
    std::vector<std::string> words = {"hop", mode, std::to_string(errors.get()), path};
    words.insert(words.end(), argv.begin(), argv.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    check(::fcntl(errors.get(), F_SETFD, 0), "fcntl");
    ::syscall(SYS_execveat, hop.get(), "", pointers.data(), environ, AT_EMPTY_PATH);
    throw_errno("execveat", "hop");
  });
}

/// errno of a call that should fail, 0 when it did not.
template <typename Call>
int error_of(Call call) {
  return call() == -1 ? errno : 0;
}

TEST_SUITE("unit") {
  TEST_CASE("hop: its file is sealed against every change") {
    const Fd hop = make_hop();
    constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    CHECK(::fcntl(hop.get(), F_GET_SEALS) == kSeals);
    CHECK(error_of([&] { return ::write(hop.get(), "x", 1); }) == EPERM);
    CHECK(error_of([&] { return ::ftruncate(hop.get(), 0); }) == EPERM);
  }

  TEST_CASE("hop: opened again by its path in /proc it can still not be written") {
    const Fd hop = make_hop();
    const Fd again(::open(proc_path(hop).c_str(), O_RDWR | O_CLOEXEC));
    CHECK((!again || error_of([&] { return ::write(again.get(), "x", 1); }) == EPERM));
  }

  TEST_CASE("hop: the command's status is the status") {
    Process command = start_hop("exec", "/bin/sh", {"sh", "-c", "exit 7"});
    CHECK_NOTHROW(command.await_exec());
    CHECK(command.wait().code == 7);
  }

  TEST_CASE("hop: a command that can't be executed is an error in the parent and status 127") {
    Process command = start_hop("exec", "/nowhere/at-all", {"at-all"});
    CHECK_THROWS_WITH_AS(command.await_exec(), "exec '/nowhere/at-all': No such file or directory",
                         SystemError);
    CHECK(command.wait().code == 127);
  }

  TEST_CASE("hop: as init it tells of a failed exec as well") {
    Process command = start_hop("init", "/etc/passwd", {"passwd"});
    CHECK_THROWS_WITH_AS(command.await_exec(), "exec '/etc/passwd': Permission denied",
                         SystemError);
    CHECK(command.wait().code == 126);
  }

  TEST_CASE("hop: as init it ends with the command's signal as a shell would") {
    Process command = start_hop("init", "/bin/sh", {"sh", "-c", "kill -KILL $$"});
    command.await_exec();
    CHECK(command.wait().code == 137);
  }

  TEST_CASE("hop: as init it hands a signal on") {
    const Pipe ready = make_pipe();
    const std::string say = "echo ready >/proc/self/fd/" + std::to_string(ready.write.get());
    REQUIRE(::fcntl(ready.write.get(), F_SETFD, 0) == 0);
    Process command =
        start_hop("init", "/bin/sh",
                  {"sh", "-c", "trap 'exit 9' USR1; " + say + "; while :; do read x; done <&-"});
    command.await_exec();
    char byte = 0;
    REQUIRE(::read(ready.read.get(), &byte, 1) == 1);
    command.signal(SIGUSR1);
    CHECK(command.wait().code == 9);
  }
}

TEST_SUITE("kernel") {
  TEST_CASE("hop: where a memfd may not be executed it is a file of a read-only mount [userns]") {
    NEEDS_USER_NAMESPACES();
    // The setting belongs to a pid namespace, so this one's own can be changed.
    test::inside(Ns::pid | Ns::mount, [] {
      mount("proc", "/proc", "proc", 0);
      try {
        write_file("/proc/sys/vm/memfd_noexec", "2");
      } catch (const SystemError& error) {
        MESSAGE("this kernel has no vm.memfd_noexec: ", error.what());
        return;
      }
      const Fd hop = make_hop();
      struct statvfs filesystem {};
      REQUIRE(::fstatvfs(hop.get(), &filesystem) == 0);
      CHECK((filesystem.f_flag & ST_RDONLY) != 0);
      CHECK(error_of([&] { return ::open(proc_path(hop).c_str(), O_WRONLY | O_CLOEXEC); }) ==
            EROFS);
      Process command = start_hop("exec", "/bin/true", {"true"});
      CHECK_NOTHROW(command.await_exec());
      CHECK(command.wait().code == 0);
    });
  }
}

}  // namespace
}  // namespace toolkit
