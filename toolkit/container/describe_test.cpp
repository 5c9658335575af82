#include <linux/mount.h>

#include "toolkit/container/test_plan.hpp"
#include "toolkit/test/test.hpp"

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT

using Lines = std::vector<std::string>;

TEST_SUITE("unit") {
  TEST_CASE("describe: a mount as strace has it") {
    CHECK(describe(step::Mount{.source = "proc",
                               .target = "/proc",
                               .type = "proc",
                               .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC}) ==
          Lines{"mount(\"proc\", \"/proc\", \"proc\", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)"});
    CHECK(describe(step::Mount{.target = "/", .flags = MS_REC | MS_SLAVE}) ==
          Lines{"mount(NULL, \"/\", NULL, MS_REC|MS_SLAVE, NULL)"});
    CHECK(describe(step::Mount{.source = "t", .target = "/t", .type = "tmpfs"}) ==
          Lines{"mount(\"t\", \"/t\", \"tmpfs\", 0, NULL)"});
  }

  TEST_CASE("describe: a quote a backslash and a newline are escaped and UTF-8 is not") {
    CHECK(describe(step::ChangeDirectory{"/a\"b\\c\nd"}) == Lines{R"(chdir("/a\"b\\c\nd"))"});
    CHECK(describe(step::ChangeDirectory{"/ä"}) == Lines{"chdir(\"/ä\")"});
    CHECK(describe(step::ChangeDirectory{"/\x1b[31m"}) == Lines{"chdir(\"/\\x1b[31m\")"});
  }

  TEST_CASE("describe: a tree is held and put by its path's name") {
    CHECK(describe(step::OpenTree{.path = "/srv", .recurse = Recurse::yes}) ==
          Lines{"open_tree(AT_FDCWD, \"/srv\", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE)"});
    CHECK(describe(step::OpenTree{.path = "/dev", .take = step::Take::itself}) ==
          Lines{"open_tree(AT_FDCWD, \"/dev\", OPEN_TREE_CLOEXEC)"});
    CHECK(describe(step::MoveTree{.path = "/srv", .target = "/data"}) ==
          Lines{"move_mount(</srv>, \"\", AT_FDCWD, \"/data\", MOVE_MOUNT_F_EMPTY_PATH)"});
  }

  TEST_CASE("describe: attributes are set before the tree has its place") {
    const Lines calls = describe(step::MoveTree{
        .path = "/srv", .target = "/data", .attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID});
    REQUIRE(calls.size() == 2);
    CHECK(calls[0] ==
          "mount_setattr(</srv>, \"\", AT_EMPTY_PATH, "
          "{attr_set=MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID, attr_clr=0, propagation=0 /* MS_??? */, "
          "userns_fd=0}, 32)");
    CHECK(calls[1].starts_with("move_mount("));
  }

  TEST_CASE("describe: modes are octal") {
    CHECK(describe(step::MakeDirectory{.path = "/d"}) == Lines{"mkdir(\"/d\", 0755)"});
    CHECK(describe(step::MakeDirectory{.path = "/d", .mode = 01777}) ==
          Lines{"mkdir(\"/d\", 01777)"});
    CHECK(describe(step::MakeFile{.path = "/f"}) == Lines{"mknod(\"/f\", S_IFREG|0644)"});
  }

  TEST_CASE("describe: a file is made and its content written") {
    CHECK(describe(step::WriteFile{.path = "/f", .content = "a\tb\n"}) ==
          Lines{"openat(AT_FDCWD, \"/f\", O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0644)",
                "write(</f>, \"a\\tb\\n\", 4)"});
  }

  TEST_CASE("describe: a terminal of another user is given to that user") {
    CHECK(contains(describe(step::NewTerminal{.owner = 7}), "fchown(<terminal>, 7, -1)"));
    CHECK_FALSE(contains(describe(step::NewTerminal{}), "fchown("));
  }

  TEST_CASE("describe: groups and ids are numbers") {
    CHECK(describe(step::SetGroups{{5, 27}}) == Lines{"setgroups(2, [5, 27])"});
    CHECK(describe(step::SetGroups{}) == Lines{"setgroups(0, NULL)"});
    CHECK(describe(step::SetUser{1000}) == Lines{"setresuid(1000, 1000, 1000)"});
    CHECK(describe(step::SetHostname{"box"}) == Lines{"sethostname(\"box\", 3)"});
  }
}

TEST_SUITE("unit") {
  TEST_CASE("plan: the text is a call and its reason in turns") {
    const std::string text = print_plan(plan_start(sample_request(), rootful_host()));
    CHECK(
        text.starts_with("clone3({flags=CLONE_PIDFD|CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|"
                         "CLONE_NEWIPC|CLONE_NEWPID|CLONE_NEWNET, "));
    bool is_call = true;
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t end = text.find('\n', at);
      CHECK(text.substr(at, end - at).starts_with("    # ") == !is_call);
      is_call = !is_call;
      at = end + 1;
    }
    CHECK(is_call);
  }

  TEST_CASE("plan: one's own id is written by the parent") {
    const std::string text = print_plan(plan_start(sample_request(), single_id_host()));
    const std::size_t setgroups = text.find("write(</proc/CHILD/setgroups>, \"deny\", 4)");
    const std::size_t uids = text.find("write(</proc/CHILD/uid_map>, \"0 1000 1\\n\", 9)");
    const std::size_t gids = text.find("write(</proc/CHILD/gid_map>, \"0 1000 1\\n\", 9)");
    CHECK(setgroups < uids);
    CHECK(uids < gids);
    CHECK(gids < text.find("read(<mapped>, \".\", 1)"));
  }

  TEST_CASE("plan: ranges are given by the helpers that may") {
    const std::string text = print_plan(plan_start(sample_request(), ranges_host()));
    CHECK(text.find("newuidmap <child> 0 1000 1 1 100000 65536\n") != text.npos);
    CHECK(text.find("newgidmap <child> 0 1000 1 1 100000 65536\n") != text.npos);
    CHECK(text.find("setgroups>") == text.npos);
  }

  TEST_CASE("plan: the command is the last program and with --init a child of the hop") {
    Request request = sample_request();
    request.command.argv = {"sh", "-c", "true"};
    const std::string alone = print_plan(plan_start(request, rootful_host()));
    CHECK(alone.find("execveat(<hop>, \"\", [\"hop\", \"exec\", \"<errors>\", \"<found by PATH>\", "
                     "\"sh\", \"-c\", \"true\"], [/* 1 var */], AT_EMPTY_PATH)") != alone.npos);
    CHECK(
        alone.find("\nexecve(\"<found by PATH>\", [\"sh\", \"-c\", \"true\"], [/* 1 var */])\n") !=
        alone.npos);
    CHECK(alone.find("clone(") == alone.npos);
    request.command.init = InitProcess::hop;
    const std::string below = print_plan(plan_start(request, rootful_host()));
    CHECK(below.find("clone(child_stack=NULL, flags=SIGCHLD)") != below.npos);
  }

  TEST_CASE("plan: a command named by its path is not looked for") {
    Request request = sample_request();
    request.command.argv = {"/bin/true"};
    const std::string text = print_plan(plan_start(request, rootful_host()));
    CHECK(text.find("\nexecve(\"/bin/true\", [\"/bin/true\"], ") != text.npos);
  }

  TEST_CASE("plan: who holds the child by its pidfd sets no PDEATHSIG") {
    Plan plan = plan_start(sample_request(), rootful_host());
    CHECK(print_plan(plan).find("PR_SET_PDEATHSIG") != std::string::npos);
    plan.die_with_parent = false;
    CHECK(print_plan(plan).find("PR_SET_PDEATHSIG") == std::string::npos);
  }
}
