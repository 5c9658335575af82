#include "toolkit/course/doctor.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "toolkit/course/doctor/gather.hpp"
#include "toolkit/course/doctor/take_away_test.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/tty.hpp"
#include "toolkit/test/test.hpp"

namespace {

using toolkit::Ns;
using toolkit::course::filter_call;
using toolkit::course::take_namespaces;
using toolkit::course::take_quiet_tmp;
using toolkit::course::take_root;
using toolkit::course::take_sys_admin;
using toolkit::test::is_root;
using toolkit::test::TempDir;

struct Told {
  std::string text;
  int status = -1;
};

/// What the doctor says in a child from which something was taken away first.
Told tell(const std::function<void()>& take_away, const std::function<int()>& speak) {
  std::fflush(stdout);  // or the child would say again what the test program has said
  toolkit::Pipe pipe = toolkit::make_pipe();
  toolkit::Process child = toolkit::Process::spawn({}, [&] {
    take_away();
    toolkit::check(::dup2(pipe.write.get(), STDOUT_FILENO), "dup2");
    const int status = speak();
    std::fflush(stdout);
    ::_exit(status);
  });
  pipe.write.reset();
  Told told;
  told.text = toolkit::read_all(pipe.read, "what the child says");
  told.status = child.wait().shell_code();
  return told;
}

std::string why_not_after(const std::function<void()>& take_away) {
  return tell(take_away,
              [] {
                std::fputs(toolkit::course::what_forbids_containers().value_or("nothing").c_str(),
                           stdout);
                return 0;
              })
      .text;
}

Told doctor_after(const std::function<void()>& take_away) {
  return tell(take_away, [] { return toolkit::course::doctor({}); });
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void take_nothing() {}

/// What the doctor shows on a terminal of so many columns.
std::string show_on_terminal(unsigned short columns) {
  std::fflush(stdout);
  toolkit::Pty pty = toolkit::open_pty();
  toolkit::set_window_size(pty.master, {24, columns, 0, 0});
  toolkit::Process child = toolkit::Process::spawn({}, [&] {
    toolkit::check(::dup2(pty.slave.get(), STDOUT_FILENO), "dup2");
    toolkit::course::doctor({});
    std::fflush(stdout);
  });
  pty.slave.reset();
  std::string shown;
  std::array<char, 4096> chunk{};
  ssize_t got = 0;
  while ((got = ::read(pty.master.get(), chunk.data(), chunk.size())) > 0) {
    shown.append(chunk.data(), static_cast<std::size_t>(got));
  }
  child.await_exec();
  return shown;
}

/// Root of a user namespace may have no other id to become.
bool can_become_another() {
  return is_root() && tell(take_root, [] { return 0; }).status == 0;
}

/// All that a probe could have left where it ran.
std::string state_of_machine() {
  std::string state = toolkit::read_file("/proc/self/mountinfo");
  for (const Ns kind :
       {Ns::mount, Ns::pid, Ns::uts, Ns::ipc, Ns::net, Ns::cgroup, Ns::user, Ns::time}) {
    state += std::to_string(toolkit::namespace_id(::getpid(), kind)) + " ";
  }
  state +=
      toolkit::read_file("/proc/self/cgroup") + toolkit::read_file("/proc/net/dev").substr(0, 0);
  for (const int fd : toolkit::open_descriptors()) state += std::to_string(fd) + " ";
  for (const char* kind : {"user", "mnt", "pid", "net"}) {
    state += toolkit::read_file("/proc/sys/user/max_" + std::string(kind) + "_namespaces");
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator("/tmp")) {
    state += entry.path().string() + " ";
  }
  return state;
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("doctor: [root] the probing leaves nothing behind") {
    SKIP_UNLESS(is_root(), "only root's probing could leave something");
    const Told told = tell(take_quiet_tmp, [] {
      const std::string before = state_of_machine();
      static_cast<void>(toolkit::course::gather_here());
      const bool has_child = ::waitpid(-1, nullptr, WNOHANG) != -1;  // alive, or dead and unreaped
      return state_of_machine() != before ? 1 : has_child ? 2 : 0;
    });
    CHECK(told.status == 0);
  }

  TEST_CASE("doctor: [root] root starts containers and exit code and sentence say so") {
    SKIP_UNLESS(is_root(), "asks what root can do");
    CHECK(why_not_after(take_nothing) == "nothing");
    const Told told = doctor_after(take_nothing);
    CHECK(told.status == 0);
    CHECK(contains(told.text, "Containers can be started here, as root"));
  }

  TEST_CASE("doctor: the output on a terminal has colours unless NO_COLOR is set") {
    ::unsetenv("NO_COLOR");
    CHECK(contains(show_on_terminal(80), "\033[32m"));
    ::setenv("NO_COLOR", "", 1);
    CHECK(contains(show_on_terminal(80), "\033[32m"));  // empty counts as not set
    ::setenv("NO_COLOR", "1", 1);
    CHECK_FALSE(contains(show_on_terminal(80), "\033"));
  }

  TEST_CASE("doctor: the width of the terminal is the one that it has") {
    CHECK(contains(show_on_terminal(79), "79 columns"));
    CHECK(contains(show_on_terminal(79), "Tables and guides are written for 80 columns"));
  }

  TEST_CASE("doctor: json is asked for by an option") {
    const Told told = tell(take_nothing, [] { return toolkit::course::doctor({.json = true}); });
    CHECK(told.text.starts_with("{\n  \"version\": 1,\n"));
  }

  TEST_CASE("doctor: [userns] where every kind of namespace is off each is named with its file") {
    SKIP_UNLESS(toolkit::test::has_user_namespaces(), "no user namespaces to take away");
    const std::string why = why_not_after(take_namespaces);
    CHECK(contains(why, "user namespaces are off: /proc/sys/user/max_user_namespaces is 0"));
    CHECK(contains(why, "mount namespaces are off: /proc/sys/user/max_mnt_namespaces is 0"));
    CHECK(contains(why, "sysctl -w user.max_user_namespaces=15000"));
  }

  TEST_CASE("doctor: [userns] where no container can be started the exit code is 69") {
    SKIP_UNLESS(toolkit::test::has_user_namespaces(), "no user namespaces to take away");
    const Told told = doctor_after(take_namespaces);
    CHECK(told.status == 69);
    CHECK(contains(told.text, "No container can be started here: "));
    CHECK_FALSE(contains(told.text, "\033"));
  }

  TEST_CASE("doctor: [root] without CAP_SYS_ADMIN root is left the rootless way") {
    SKIP_UNLESS(is_root(), "takes a capability from root");
    CHECK(why_not_after(take_sys_admin) == "nothing");
    const Told told = doctor_after(take_sys_admin);
    CHECK(contains(told.text, "CAP_SYS_ADMIN is missing from the bounding set"));
    CHECK(contains(told.text, "Containers can be started here, rootless;"));
  }

  TEST_CASE("doctor: [root] uid nobody starts containers in a user namespace") {
    SKIP_UNLESS(can_become_another(), "becomes uid 65534");
    CHECK(why_not_after(take_root) == "nothing");
    const Told told = doctor_after(take_root);
    CHECK(contains(told.text, "Containers can be started here, rootless"));
    CHECK(contains(told.text, "none for nobody"));
  }

  TEST_CASE("doctor: [root] what an ordinary user can is told to root as the user would find it") {
    SKIP_UNLESS(can_become_another(), "becomes uid 65534");
    const bool can = why_not_after(take_root) == "nothing";
    CHECK(contains(doctor_after(take_nothing).text, "for ordinary users  yes") == can);
  }

  TEST_CASE("doctor: [root] ranges of ids are given to a child for real") {
    SKIP_UNLESS(can_become_another(), "becomes uid 65534");
    SKIP_UNLESS(std::filesystem::exists("/usr/bin/newuidmap"), "newuidmap is not installed");
    const TempDir scratch;
    const std::string ranges = scratch.file("subids", "65534:100000:1000\n");
    const auto told_with = [&](const std::string& subgids) {
      return doctor_after([&] {
               toolkit::unshare(Ns::mount);
               toolkit::set_propagation("/", toolkit::Propagation::private_);
               toolkit::bind(ranges, "/etc/subuid");
               toolkit::bind(subgids, "/etc/subgid");
               take_root();
             })
          .text;
    };
    CHECK(contains(told_with(ranges), "subordinate ids     1000 for nobody    "));
    // An id that is not one: the file lists a range, and newgidmap refuses to write it.
    const std::string wrong = scratch.file("wrong", "65534:4294967290:1000\n");
    CHECK(contains(told_with(wrong), "1000 for nobody, newuidmap fails"));
  }

  TEST_CASE("doctor: [root] groups of root are not writable to uid nobody") {
    SKIP_UNLESS(can_become_another(), "becomes uid 65534");
    CHECK(contains(doctor_after(take_root).text, "groups of our own   can't be made"));
  }

  TEST_CASE("doctor: [root] a seccomp filter as docker's is named when it hides clone3") {
    SKIP_UNLESS(is_root(), "takes a capability from root");
    const std::string why = why_not_after([] {
      take_sys_admin();
      filter_call(SYS_clone3, ENOSYS);
    });
    CHECK(contains(why, "clone3(2) fails here"));
  }

  TEST_CASE("doctor: [root] a seccomp filter that forbids unshare is named") {
    SKIP_UNLESS(is_root(), "takes a capability from root");
    const std::string why = why_not_after([] {
      take_sys_admin();
      filter_call(SYS_unshare, EPERM);
    });
    CHECK(contains(why, "CAP_SYS_ADMIN is missing from the bounding set"));
    CHECK(contains(why, "a seccomp filter forbids user namespaces"));
  }

  TEST_CASE("doctor: [root] a /proc with a masked file forbids the rootless way") {
    SKIP_UNLESS(is_root(), "mounts over a file of /proc");
    const std::string why = why_not_after([] {
      toolkit::unshare(Ns::mount);
      toolkit::set_propagation("/", toolkit::Propagation::private_);
      toolkit::bind("/dev/null", "/proc/version");
      take_sys_admin();
    });
    CHECK(contains(why, "a fresh /proc can't be mounted in a user namespace"));
  }

  TEST_CASE("doctor: [root] in a chroot the chroot is what forbids user namespaces") {
    SKIP_UNLESS(is_root(), "changes its root");
    const TempDir root;
    std::filesystem::create_directory(root.at("proc"));
    const std::string why = why_not_after([&] {
      toolkit::unshare(Ns::mount);
      toolkit::set_propagation("/", toolkit::Propagation::private_);
      toolkit::bind("/proc", root.at("proc"));
      toolkit::check(::chroot(root.path().c_str()), "chroot", root.path());
      toolkit::check(::chdir("/"), "chdir", "/");
      take_sys_admin();
    });
    CHECK(contains(why, "this is a chroot"));
  }
}
