#include <unistd.h>

#include "toolkit/test/test.hpp"

namespace toolkit::test {
namespace {

constexpr uid_t kNobody = 65534;

// As on a machine where containers are forbidden both ways: no CAP_SYS_ADMIN to be had, and no user
// namespace left to make.
const std::string kForbidden =
    "for limit in /proc/sys/user/max_*_namespaces; do echo 0 >$limit; done; exec setpriv "
    "--bounding-set -sys_admin --inh-caps -sys_admin \"$0\" demo";

TEST_SUITE("tool") {
  TEST_CASE("demo: shows a container whose command is PID 1 with a name of its own") {
    SKIP_UNLESS(is_root() || has_user_namespaces(), "user namespaces are off");
    const TempDir own;
    const Outcome outcome = run({"env", "COOPER_STATE=" + own.at("state"),
                                 "COOPER_ROOT=" + own.at("store"), built("bin/lab"), "demo"});
    CHECK(outcome.status == 0);
    CHECK(outcome.err.empty());
    CHECK(outcome.out.find(" 1                       06 pid") != std::string::npos);
    CHECK(outcome.out.find("barrel") != std::string::npos);
    CHECK(outcome.out.find("14 can be had") != std::string::npos);
  }

  TEST_CASE("demo: rootless it says which lines differ and why [root]") {
    SKIP_UNLESS(is_root(), "becoming another user needs root");
    const TempDir home;
    REQUIRE(::chown(home.path().c_str(), kNobody, kNobody) == 0);
    const Outcome outcome =
        run({"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "env",
             "HOME=" + home.path(), "XDG_RUNTIME_DIR=" + home.path(), built("bin/lab"), "demo"});
    CHECK(outcome.status == 0);
    CHECK(outcome.out.find("root is uid 65534, 1 id") != std::string::npos);
    CHECK(outcome.out.find("Different from a container that root starts") != std::string::npos);
  }

  TEST_CASE(
      "demo: where containers are forbidden it names what forbids them and exits 69 [userns]") {
    SKIP_UNLESS(has_user_namespaces(), "user namespaces are off");
    const Outcome outcome = run({"unshare", "-U", "-r", "sh", "-c", kForbidden, built("bin/lab")});
    CHECK(outcome.status == 69);
    CHECK(outcome.out.find("the host sees") != std::string::npos);
    CHECK(outcome.err.find("max_user_namespaces") != std::string::npos);
  }
}

}  // namespace
}  // namespace toolkit::test
