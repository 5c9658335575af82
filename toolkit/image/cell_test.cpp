#include "toolkit/image/cell.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <stdexcept>

#include "toolkit/image/test_store.hpp"
#include "toolkit/image/tree.hpp"
#include "toolkit/kernel/capabilities.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT

namespace {

void expect(bool fact, const char* what) {
  if (!fact) throw std::runtime_error(what);
}

/// Runs the body in a cell over two directories; throws what it threw.
void in_cell(const std::function<void()>& body) {
  const TempDir temp;
  temp.file("layout/inside", "readable");
  temp.file("scratch/inside", "");
  temp.file("outside", "");
  Process child = spawn_in_cell({.layout = temp.at("layout"), .scratch = temp.at("scratch")}, body);
  await_success(child);
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("cell: a fact that is not so comes out of it [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    CHECK_THROWS_WITH(in_cell([] { expect(false, "not so"); }), "not so");
  }

  TEST_CASE("cell: a process that a signal ended is told [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    CHECK_THROWS_WITH(in_cell([] { ::_exit(7); }), "the process in the cell was ended by signal 0");
  }

  TEST_CASE("cell: it holds two directories and nothing else [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    CHECK_NOTHROW(in_cell([] {
      auto names = list_names(open_file("/", O_RDONLY | O_DIRECTORY));
      std::sort(names.begin(), names.end());
      expect(names == std::vector<std::string>{"layout", "scratch"}, "another root");
      expect(read_file("/layout/inside") == "readable", "the layout is not there");
    }));
  }

  TEST_CASE("cell: the way up from a descriptor ends inside [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    CHECK_NOTHROW(in_cell([] {
      const Fd layout = open_file("/layout", O_PATH | O_DIRECTORY);
      struct stat root {};
      struct stat up {};
      check(::stat("/", &root), "stat");
      check(::fstatat(layout.get(), "../../../../..", &up, 0), "stat");
      expect(root.st_dev == up.st_dev && root.st_ino == up.st_ino, "a way out");
    }));
  }

  TEST_CASE("cell: the layout is read-only and the scratch directory is not [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    CHECK_NOTHROW(in_cell([] {
      expect(::mkdir("/layout/new", 0700) == -1 && errno == EROFS, "the layout can be written");
      expect(::mkdir("/new", 0700) == -1 && errno == EROFS, "the root can be written");
      expect(::mkdir("/scratch/new", 0700) == 0, "the scratch directory cannot be written");
    }));
  }

  TEST_CASE("cell: of root's powers those over owners and modes are left [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    CHECK_NOTHROW(in_cell([] {
      const CapSet kept{CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID, CAP_SETFCAP};
      expect(current_capabilities().effective == kept, "other effective capabilities");
      expect(current_capabilities().permitted == kept, "other permitted capabilities");
      expect(bounding_set() == kept, "another bounding set");
      expect(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, "new privileges");
      expect(::mknod("/scratch/null", S_IFCHR | 0600, 0x103) == -1, "a device node");
      expect(::chroot("/scratch") == -1, "chroot");
      expect(::syscall(SYS_unshare, 0x20000) == -1, "unshare");
    }));
  }

  TEST_CASE("cell: nobody is reached from it by network [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    CHECK_NOTHROW(in_cell([] {
      const Fd socket(check(::socket(AF_INET, SOCK_STREAM, 0), "socket"));
      sockaddr_in loopback{};
      loopback.sin_family = AF_INET;
      loopback.sin_port = htons(80);
      loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      const int result =
          ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&loopback), sizeof loopback);
      expect(result == -1 && errno == ENETUNREACH, "a network");
    }));
  }

  TEST_CASE("cell: nothing is read from or written to the caller's terminal [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    CHECK_NOTHROW(in_cell([] {
      for (const int stream : {0, 1, 2}) {
        struct stat status {};
        check(::fstat(stream, &status), "fstat");
        expect(S_ISCHR(status.st_mode) && status.st_rdev == 0x103, "another stream");
      }
    }));
  }

  TEST_CASE("cell: a user's cell holds one process [userns]") {
    SKIP_UNLESS(has_user_namespaces(), "no user namespaces");
    Process user = Process::spawn({}, [] {
      if (is_root()) become(65534);  // the kernel holds root itself to no number of processes
      in_cell([] { expect(::fork() == -1 && errno == EAGAIN, "fork"); });
    });
    CHECK_NOTHROW(user.await_exec());
  }
}
