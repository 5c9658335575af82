// Where the host mounts no overlay, the root is copied. The kernel stacks two filesystems at most, so
// the refusal is made real by a root that is two overlays already.
#include <sys/stat.h>

#include "toolkit/cooper/test_ground.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/test/child.hpp"

namespace toolkit::test {
namespace {

/// Mounts an overlay of `lower`, its writable layer in memory; returns where.
std::string stack(const TempDir& scratch, const std::string& name, const std::string& lower) {
  const std::string base = scratch.at(name);
  check(::mkdir(base.c_str(), 0755), "mkdir", base);
  mount("tmpfs", base, "tmpfs", 0, "mode=0755");
  for (const char* directory : {"/upper", "/work", "/merged"}) {
    check(::mkdir((base + directory).c_str(), 0755), "mkdir", directory);
  }
  mount("overlay", base + "/merged", "overlay", 0,
        "lowerdir=" + lower + ",upperdir=" + base + "/upper,workdir=" + base + "/work");
  return base + "/merged";
}

TEST_SUITE("tool") {
  TEST_CASE("run: without an overlay the root is copied to memory and a line says so [root]") {
    SKIP_UNLESS(is_root(), "mounting overlays on overlays needs root");
    const Ground ground(Caller::root);
    const TempDir scratch;
    in_child([&] {
      leave_machine();
      const std::string twice = stack(scratch, "two", stack(scratch, "one", ground.rootfs()));
      const Outcome outcome = run(
          ground.run_words(ground.own("state"), {"--rootfs", twice + ":O", "/bin/sh", "-c",
                                                 "echo new >/tmp/x && cat /tmp/x /proc/mounts"}));
      CHECK(outcome.status == 0);
      CHECK(outcome.err.starts_with("cooper: no overlay here (Invalid argument)"));
      CHECK(outcome.err.find("copied to memory") != std::string::npos);
      CHECK(outcome.out.starts_with("new\ntmpfs / tmpfs rw,nosuid,nodev"));
      struct stat status {};
      CHECK(::stat((twice + "/tmp/x").c_str(), &status) == -1);
    });
  }
}

}  // namespace
}  // namespace toolkit::test
