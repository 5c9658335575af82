#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/rootfs.hpp"
#include "toolkit/test/test.hpp"

using toolkit::check;
using toolkit::copy_tree;
using toolkit::kind_of;
using toolkit::read_file;
using toolkit::test::TempDir;

namespace {

struct stat status_of(const std::string& path) {
  struct stat status {};
  check(::lstat(path.c_str(), &status), "lstat", path);
  return status;
}

mode_t permissions(const std::string& path) { return status_of(path).st_mode & 07777U; }

bool exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

std::string attribute(const std::string& path, const char* name) {
  std::string value(256, '\0');
  const ssize_t size = ::lgetxattr(path.c_str(), name, value.data(), value.size());
  value.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return value;
}

/// A source to fill and the place of its copy.
class Trees {
 public:
  Trees() {
    check(::mkdir(from("").c_str(), 0755), "mkdir");
    check(::mkdir(to("").c_str(), 0755), "mkdir");
  }
  [[nodiscard]] std::string from(const std::string& name) const {
    return scratch_.at("from/" + name);
  }
  [[nodiscard]] std::string to(const std::string& name) const { return scratch_.at("to/" + name); }
  void file(const std::string& name, std::string_view content) const {
    scratch_.file("from/" + name, content);
  }
  void directory(const std::string& name, mode_t mode) const {
    check(::mkdir(from(name).c_str(), 0700), "mkdir", name);
    chmod(name, mode);
  }
  void chmod(const std::string& name, mode_t mode) const {
    check(::chmod(from(name).c_str(), mode), "chmod", name);
  }
  void copy() const { copy_tree(scratch_.at("from"), scratch_.at("to")); }

 private:
  TempDir scratch_;
};

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("copy: files come with their content at any depth") {
    const Trees trees;
    trees.file("top", "of the tree");
    trees.file("a/b/c/deep", std::string(100000, 'd'));
    trees.file("a/empty", "");
    trees.copy();
    CHECK(read_file(trees.to("top")) == "of the tree");
    CHECK(read_file(trees.to("a/b/c/deep")) == std::string(100000, 'd'));
    CHECK(read_file(trees.to("a/empty")).empty());
  }

  TEST_CASE("copy: an empty tree gives an empty tree") {
    const Trees trees;
    trees.copy();
    CHECK(std::filesystem::is_empty(trees.to("")));
  }

  TEST_CASE("copy: modes come over whatever the umask") {
    const Trees trees;
    trees.file("secret", "");
    trees.chmod("secret", 0400);
    trees.file("open", "");
    trees.chmod("open", 0666);
    trees.directory("shared", 01777);
    trees.directory("sealed", 0500);
    trees.chmod("", 0711);
    trees.copy();
    CHECK(permissions(trees.to("secret")) == 0400);
    CHECK(permissions(trees.to("open")) == 0666);
    CHECK(permissions(trees.to("shared")) == 01777);
    CHECK(permissions(trees.to("sealed")) == 0500);
    CHECK(permissions(trees.to("")) == 0711);
  }

  TEST_CASE("copy: setuid and setgid bits survive") {
    const Trees trees;
    trees.file("su", "");
    trees.chmod("su", 04755);
    trees.file("wall", "");
    trees.chmod("wall", 02755);
    trees.directory("mail", 02775);
    trees.copy();
    CHECK(permissions(trees.to("su")) == 04755);
    CHECK(permissions(trees.to("wall")) == 02755);
    CHECK(permissions(trees.to("mail")) == 02775);
  }

  TEST_CASE("copy: a directory that its owner can't write to gets its content first") {
    const Trees trees;
    trees.file("sealed/file", "content");
    trees.chmod("sealed", 0555);
    trees.copy();
    CHECK(read_file(trees.to("sealed/file")) == "content");
    CHECK(permissions(trees.to("sealed")) == 0555);
    trees.chmod("sealed", 0755);  // or a normal user can't remove it
    check(::chmod(trees.to("sealed").c_str(), 0755), "chmod");
  }

  TEST_CASE("copy: links are copied as links and never followed") {
    const Trees trees;
    trees.directory("d", 0755);
    check(::symlink("/etc/passwd", trees.from("absolute").c_str()), "symlink");
    check(::symlink("nowhere", trees.from("dangling").c_str()), "symlink");
    check(::symlink("d", trees.from("to-directory").c_str()), "symlink");
    trees.copy();
    CHECK(std::filesystem::read_symlink(trees.to("absolute")) == "/etc/passwd");
    CHECK(std::filesystem::read_symlink(trees.to("dangling")) == "nowhere");
    CHECK(std::filesystem::read_symlink(trees.to("to-directory")) == "d");
  }

  TEST_CASE("copy: times of files and directories and links come over") {
    const Trees trees;
    trees.file("d/file", "x");
    check(::symlink("file", trees.from("d/link").c_str()), "symlink");
    const std::array<timespec, 2> times = {timespec{1000000, 1}, timespec{2000000, 123456789}};
    for (const char* name : {"d/file", "d/link", "d"}) {
      check(::utimensat(AT_FDCWD, trees.from(name).c_str(), times.data(), AT_SYMLINK_NOFOLLOW),
            "utimensat", name);
    }
    trees.copy();
    for (const char* name : {"d/file", "d/link", "d"}) {
      CAPTURE(name);
      CHECK(status_of(trees.to(name)).st_mtim.tv_sec == 2000000);
      CHECK(status_of(trees.to(name)).st_mtim.tv_nsec == 123456789);
    }
  }

  TEST_CASE("copy: extended attributes come over to files and directories") {
    const Trees trees;
    trees.file("file", "x");
    trees.directory("d", 0755);
    const bool kept = ::setxattr(trees.from("file").c_str(), "user.one", "1", 1, 0) == 0;
    SKIP_UNLESS(kept, "the temporary directory keeps no user attributes");
    check(::setxattr(trees.from("file").c_str(), "user.two", "22", 2, 0), "setxattr");
    check(::setxattr(trees.from("d").c_str(), "user.three", "", 0, 0), "setxattr");
    trees.chmod("file", 0444);
    trees.copy();
    CHECK(attribute(trees.to("file"), "user.one") == "1");
    CHECK(attribute(trees.to("file"), "user.two") == "22");
    CHECK(::lgetxattr(trees.to("d").c_str(), "user.three", nullptr, 0) == 0);
  }

  TEST_CASE("copy: a FIFO is made anew and blocks nobody") {
    const Trees trees;
    check(::mkfifo(trees.from("fifo").c_str(), 0640), "mkfifo");
    trees.copy();
    CHECK(S_ISFIFO(status_of(trees.to("fifo")).st_mode));
    CHECK(permissions(trees.to("fifo")) == 0640);
  }

  TEST_CASE("copy: a socket is left out") {
    const Trees trees;
    trees.file("file", "");
    const toolkit::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    trees.from("s").copy(address.sun_path, sizeof address.sun_path - 1);
    check(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
    trees.copy();
    CHECK_FALSE(exists(trees.to("s")));
    CHECK(exists(trees.to("file")));
  }

  TEST_CASE("copy: a source that is not there is an error with its name") {
    const TempDir scratch;
    CHECK_THROWS_WITH_AS(copy_tree("/no/such", scratch.path()),
                         "open '/no/such': No such file or directory", toolkit::SystemError);
  }

  TEST_CASE("copy: a file that is in the way is no silent overwrite") {
    const Trees trees;
    trees.file("file", "new");
    const toolkit::Fd there = toolkit::open_file(trees.to("file"), O_WRONLY | O_CREAT, 0600);
    CHECK_THROWS_AS(trees.copy(), toolkit::SystemError);
    CHECK(read_file(trees.to("file")).empty());
  }
}

TEST_SUITE("kernel") {
  TEST_CASE("copy: owners come over and the setuid bit with them [root]") {
    SKIP_UNLESS(toolkit::test::is_root(), "only root gives files away");
    const Trees trees;
    trees.file("su", "");
    check(::chown(trees.from("su").c_str(), 12, 34), "chown");
    trees.chmod("su", 04755);
    check(::symlink("su", trees.from("link").c_str()), "symlink");
    check(::lchown(trees.from("link").c_str(), 56, 78), "lchown");
    trees.copy();
    CHECK(status_of(trees.to("su")).st_uid == 12);
    CHECK(status_of(trees.to("su")).st_gid == 34);
    CHECK(permissions(trees.to("su")) == 04755);
    CHECK(status_of(trees.to("link")).st_uid == 56);
  }

  TEST_CASE("copy: capabilities of a file survive its change of owner [root]") {
    SKIP_UNLESS(toolkit::test::is_root(), "only root gives files capabilities");
    const Trees trees;
    trees.file("ping", "");
    check(::chown(trees.from("ping").c_str(), 12, 34), "chown");
    // Revision 2, effective, CAP_NET_RAW permitted: see linux/capability.h.
    const std::string capability("\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
    const bool kept = ::setxattr(trees.from("ping").c_str(), "security.capability",
                                 capability.data(), capability.size(), 0) == 0;
    SKIP_UNLESS(kept, "no file capabilities here");
    trees.copy();
    CHECK(attribute(trees.to("ping"), "security.capability") == capability);
  }

  TEST_CASE("copy: devices are left out [root]") {
    SKIP_UNLESS(toolkit::test::is_root(), "only root makes devices");
    const Trees trees;
    const bool made = ::mknod(trees.from("null").c_str(), S_IFCHR | 0666, ::makedev(1, 3)) == 0;
    SKIP_UNLESS(made, "no devices can be made here");
    trees.copy();
    CHECK_FALSE(exists(trees.to("null")));
  }
}
