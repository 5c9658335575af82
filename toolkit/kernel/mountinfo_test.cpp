// parse_mounts on recorded lines; mount_test.cpp has what the kernel does.
#include <stdexcept>

#include "toolkit/kernel/mount.hpp"
#include "toolkit/test/test.hpp"

using toolkit::MountInfo;
using toolkit::parse_mounts;

TEST_SUITE("unit") {
  TEST_CASE("mountinfo: the example of proc reads field by field") {
    const auto mounts = parse_mounts(
        "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n");
    REQUIRE(mounts.size() == 1);
    const MountInfo& mount = mounts.front();
    CHECK(mount.id == 36);
    CHECK(mount.parent == 35);
    CHECK(mount.root == "/mnt1");
    CHECK(mount.target == "/mnt2");
    CHECK(mount.options == "rw,noatime");
    CHECK(mount.propagation == "master:1");
    CHECK(mount.type == "ext3");
    CHECK(mount.source == "/dev/root");
    CHECK(mount.super_options == "rw,errors=continue");
  }

  TEST_CASE("mountinfo: a private mount has no optional field") {
    const auto mounts = parse_mounts("22 27 0:21 / /proc rw,relatime - proc proc rw\n");
    CHECK(mounts.front().propagation.empty());
    CHECK(mounts.front().type == "proc");
  }

  TEST_CASE("mountinfo: several optional fields are kept in their order") {
    const auto mounts = parse_mounts(
        "40 30 0:5 / /a rw shared:7 master:2 propagate_from:1 unbindable - tmpfs t rw\n");
    CHECK(mounts.front().propagation == "shared:7 master:2 propagate_from:1 unbindable");
    CHECK(mounts.front().source == "t");
  }

  TEST_CASE("mountinfo: octal escapes are undone in paths and source and options") {
    const auto mounts = parse_mounts(
        "1 0 0:5 /a\\040b /tab\\011new\\012line\\134 rw - tmpfs my\\040source rw,x=a\\040b\n");
    CHECK(mounts.front().root == "/a b");
    CHECK(mounts.front().target == "/tab\tnew\nline\\");
    CHECK(mounts.front().source == "my source");
    CHECK(mounts.front().super_options == "rw,x=a b");
  }

  TEST_CASE("mountinfo: the root of a namespace file is no path") {
    const auto mounts =
        parse_mounts("9 8 0:4 net:[4026532281] /run/n rw shared:1 - nsfs nsfs rw\n");
    CHECK(mounts.front().root == "net:[4026532281]");
  }

  TEST_CASE("mountinfo: a source that is empty or a dash is one all the same") {
    CHECK(parse_mounts("1 0 0:5 / /a rw - tmpfs  rw\n").front().source.empty());
    CHECK(parse_mounts("1 0 0:5 / /a rw - tmpfs - rw\n").front().source == "-");
  }

  TEST_CASE("mountinfo: lines keep their order and no text is no mount") {
    const auto mounts = parse_mounts("1 0 0:5 / / rw - a a rw\n2 1 0:6 / / rw - b b rw\n");
    REQUIRE(mounts.size() == 2);
    CHECK(mounts[0].type == "a");
    CHECK(mounts[1].type == "b");
    CHECK(parse_mounts("").empty());
  }

  TEST_CASE("mountinfo: what is no line of it is an error that shows the line") {
    for (const char* line : {
             "nonsense",
             "36 35 98:0 / /mnt rw ext3 /dev/root rw more words",  // no dash
             "36 35 98:0 / /mnt rw - ext3 /dev/root",              // cut short
             "36 35 98:0 / - rw relatime ext3 /dev/root rw",       // the dash too early
             "x 35 98:0 / /mnt rw - ext3 /dev/root rw",
             "36 -1 98:0 / /mnt rw - ext3 /dev/root rw",
         }) {
      CHECK_THROWS_WITH_AS(parse_mounts(line),
                           (std::string("not a line of mountinfo: ") + line).c_str(),
                           std::runtime_error);
    }
  }

  TEST_CASE("mountinfo: the error disturbs no terminal") {
    CHECK_THROWS_WITH_AS(parse_mounts("\x1b[2J"), "not a line of mountinfo: \\x1b[2J",
                         std::runtime_error);
  }
}
