#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "toolkit/cooper/test_yard.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/child.hpp"

// What can't be had: one line that says so, the status 125, nothing left.
using namespace toolkit;
using namespace toolkit::test;
namespace fs = std::filesystem;

namespace {

void missing_roots(Yard& yard) {
  check_one_line(run(yard.words({"--rootfs", "/nosuch", "true"})), 125, "rootfs '/nosuch'");
  check_one_line(run(yard.words({"--rootfs", "/nosuch:O", "true"})), 125, "rootfs '/nosuch'");
  check_one_line(run(yard.words({"--rootfs", "/etc/passwd", "true"})), 125, "Not a directory");
  check_one_line(run(yard.words({"nosuchimage", "true"})), 125, "no such image");
}

/// A root that lacks /proc and can't be given one.
void unwritable_root(Yard& yard) {
  const std::string root = yard.copy_of_root("bare");
  fs::remove(root + "/proc");
  std::vector<std::string> command = yard.words({"--rootfs", root, "true"});
  if (yard.caller() == Caller::nobody) {
    if (!is_root()) return;  // a root of somebody else's is needed
    fs::permissions(root, fs::perms(0555));
    check(::chown(root.c_str(), 0, 0), "chown", root);
    check_one_line(run(command), 125, "the root lacks this directory");
  } else {
    in_child([&] {
      leave_machine();
      bind(root, root);
      remount_read_only(root);
      check_one_line(run(command), 125, "the root lacks this directory");
    });
  }
  CHECK_FALSE(fs::exists(root + "/proc"));
}

void foreign_state(Yard& yard) {
  const std::string state = yard.own_directory("state");
  fs::permissions(state, fs::perms(0777));
  check_one_line(yard.box({}, {"true"}), 125, "only this user can write to");
  fs::permissions(state, fs::perms(0700));
  fs::remove(state);
  fs::create_symlink("/tmp", state);
  check_one_line(yard.box({}, {"true"}), 125, "only this user can write to");
  fs::remove(state);
  yard.own_file("state", "a file");
  const Outcome outcome = yard.box({}, {"true"});
  check_one_line(outcome, 125, yard.state());
  fs::remove(state);
}

void half_made_state(Yard& yard) {
  const std::string state = yard.own_directory("state");
  fs::permissions(state, fs::perms(0700));
  CHECK(yard.box({}, {"true"}).err == "");
}

/// A filesystem for the state that has no room left, in a mount namespace of the test's own.
void full_disk(Yard& yard) {
  const std::string state = yard.own_directory("state");
  in_child([&] {
    leave_machine();
    mount("tmpfs", state, "tmpfs", 0, "mode=0700,size=4k,nr_inodes=4");
    fs::create_directories(state + "/run");
    fs::create_directories(state + "/mnt");
    fs::permissions(state + "/run", fs::perms(0700));
    std::ofstream(state + "/mnt/fill") << "x";  // the last inode
    check_one_line(yard.box({}, {"true"}), 125, "No space left on device");
    CHECK(entries(state + "/run").empty());
  });
}

void small_writable_layer(Yard& yard) {
  // What the container itself can't write is its own affair.
  CHECK(
      yard.box({"--tmpfs", "/t:size=4k"}, {"sh", "-c", "head -c 100000 /dev/zero > /t/x"}).status ==
      1);
}

void no_capability(Yard& yard) {
  std::vector<std::string> command = {"setpriv",    "--bounding-set", "-sys_admin",
                                      "--inh-caps", "-sys_admin",     "--"};
  const std::vector<std::string> rest = yard.boxed({}, {"true"});
  command.insert(command.end(), rest.begin(), rest.end());
  const Outcome outcome = run(command);
  CHECK(outcome.err == "");  // a user namespace gives it what it lacks
  CHECK(outcome.status == 0);
}

void failing_start_leaves_nothing(Yard& yard) {
  for (int i = 0; i < 3; ++i) {
    check_one_line(yard.box({"-w", "/etc/passwd/x"}, {"true"}), 125, "/etc/passwd/x");
    check_one_line(yard.box({"--init", "-w", "/"}, {"/nosuch"}), 127, "/nosuch");
  }
}

}  // namespace

TEST_SUITE("tool") {
  AS_BOTH("failure: a root or an image that is not there", missing_roots);

  AS_BOTH("failure: a root without /proc that can't be written", unwritable_root);

  AS_BOTH("failure: a state directory that others could write to", foreign_state);

  AS_BOTH("failure: a state directory that was made by halves is made whole", half_made_state);

  TEST_CASE("failure: no room for the record [root]") { on_yard(Caller::root, full_disk); }
  AS_BOTH("failure: no room in a filesystem of the container is the command's affair",
          small_writable_layer);

  TEST_CASE("failure: root without CAP_SYS_ADMIN starts as others do [root]") {
    on_yard(Caller::root, no_capability);
  }
  AS_BOTH("failure: what failed on the way leaves nothing", failing_start_leaves_nothing);
}
