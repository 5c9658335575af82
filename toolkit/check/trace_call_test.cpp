#include "toolkit/check/test_story.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::Ns;
using toolkit::test::follow_program;
using toolkit::test::Story;

namespace {

using Texts = std::vector<std::string>;

/// The text of the last call with that name, whatever it failed with.
std::string told(const Story& story, const std::string& name) {
  const std::string text = story.last(name).text;
  return text.substr(0, text.rfind(" = "));
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("trace: a call is told as a person reads it") {
    const Story story = follow_program({"fail"});
    CHECK(story.end.code == 0);
    CHECK(told(story, "pivot_root") == R"(pivot_root("/none/new", "/none/new/.old"))");
    CHECK(story.of("mount").front().starts_with(
        R"(mount("proc", "/none/proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL))"));
    CHECK(told(story, "mount") == R"(mount("x", "/none", NULL, MS_BIND|MS_REC, "size=1m"))");
    CHECK(told(story, "umount2") == R"(umount2("/none", MNT_DETACH))");
    CHECK(told(story, "chdir") == R"(chdir("/none"))");
    CHECK(told(story, "fchdir") == "fchdir(99)");
    CHECK(told(story, "unshare") == "unshare(CLONE_NEWNS|CLONE_NEWUTS|0x1)");
    CHECK(told(story, "setns") == "setns(99, CLONE_NEWUTS)");
    CHECK(told(story, "kill") == "kill(2147483632, SIGTERM)");
    CHECK(told(story, "setgroups") == "setgroups(99999999, NULL)");
    CHECK(told(story, "prctl") == "prctl(PR_SET_PDEATHSIG, 4000)");
  }

  TEST_CASE("trace: what libc makes of a call is told with its own name") {
    const Story story = follow_program({"fail"});
    const auto either = [&](const std::string& old_name, const std::string& new_name) {
      const std::string text = told(story, old_name);
      return text.empty() ? told(story, new_name) : text;
    };
    CHECK(either("mknod", "mknodat").ends_with(R"("/none/null", S_IFCHR|0666, makedev(1, 3)))"));
    CHECK(either("mkdir", "mkdirat").ends_with(R"("/none/dev", 0755))"));
    CHECK(either("open", "openat") ==
          R"(openat(AT_FDCWD, "/none/file", O_WRONLY|O_CREAT|O_CLOEXEC, 0640))");
    CHECK(either("dup2", "dup3").starts_with("dup"));
  }

  TEST_CASE("trace: the calls of mounts by descriptor are told") {
    const Story story = follow_program({"fail"});
    CHECK(told(story, "move_mount") ==
          R"(move_mount(99, "", AT_FDCWD, "/none", MOVE_MOUNT_F_EMPTY_PATH))");
    CHECK(told(story, "open_tree") ==
          R"(open_tree(AT_FDCWD, "/none", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE))");
    CHECK(
        told(story, "mount_setattr") ==
        R"(mount_setattr(AT_FDCWD, "/none", AT_RECURSIVE, {set=MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID}))");
  }

  TEST_CASE("trace: sockets and their addresses are told") {
    const Story story = follow_program({"fail"});
    CHECK(told(story, "socket") == "socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0)");
    CHECK(story.last("bind").text.find(R"({AF_UNIX, "/none/socket"}) = -1 ENOENT)") !=
          std::string::npos);
    CHECK(story.last("bind").subject == "/none/socket");
  }

  TEST_CASE("trace: what only looks is no part of the story") {
    const Story story = follow_program({"fail"});
    CHECK(story.of("rt_sigaction").empty());
    CHECK(story.of("openat").size() == 1);
    CHECK(story.last("readlink").text.empty());
  }

  TEST_CASE("trace: the error and what it was done to are data, too") {
    const Story story = follow_program({"fail"});
    const toolkit::checks::TracedCall call = story.last("chdir");
    CHECK(call.text == R"(chdir("/none") = -1 ENOENT)");
    CHECK(call.result == -1);
    CHECK(call.error == ENOENT);
    CHECK(call.subject == "/none");
    CHECK(story.last("mount").subject == "/none");
    CHECK(story.last("pivot_root").subject == "/none/new");
  }

  TEST_CASE("trace: a pointer that leads nowhere is shown as it is") {
    const Texts texts = follow_program({"fail"}).of("chroot");
    REQUIRE(texts.size() == 3);
    CHECK(texts[1].starts_with("chroot(0x10) = -1 E"));
    CHECK(texts[2].starts_with("chroot(NULL) = -1 E"));
  }

  TEST_CASE("trace: a program that is not there is told with its arguments") {
    CHECK(follow_program({"exec"}).last("execve").text ==
          R"(execve("/none/program", ["two words"]) = -1 ENOENT)");
  }

  TEST_CASE("trace: clone3 is told with the namespaces that it wanted") {
    CHECK(follow_program({"clone"}).last("clone3").text ==
          "clone3({flags=CLONE_NEWNS|CLONE_FS, exit_signal=SIGCHLD}) = -1 EINVAL");
  }

  TEST_CASE("trace: a write that fails names its file [userns]") {
    NEEDS_USER_NAMESPACES();
    toolkit::test::inside(Ns::none, [] {
      const toolkit::checks::TracedCall call = follow_program({"map"}).last("write");
      CHECK(call.error == EPERM);
      CHECK(call.subject.ends_with("/gid_map"));
      CHECK(call.text.ends_with(R"(gid_map>, "0 5 1\x0a", 6) = -1 EPERM)"));
    });
  }
}
