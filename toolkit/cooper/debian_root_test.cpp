#include <sys/file.h>

#include <filesystem>

#include "toolkit/cooper/test_yard.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/terminal.hpp"

// A whole distribution as root, as people have them: made by mmdebstrap once, below the build directory.
using namespace toolkit;
using namespace toolkit::test;
namespace fs = std::filesystem;

namespace {

/// Its path; empty, with the reason in `lack`, where it is not there and can't be made.
std::string debian_root(std::string& lack) {
  const std::string root = built("debian-root");
  const Fd lock = open_file(built("debian-root.lock"), O_RDWR | O_CREAT, 0644);
  check(::flock(lock.get(), LOCK_EX), "flock");
  if (fs::exists(root)) return root;
  if (!is_root() || run({"sh", "-c", "command -v mmdebstrap"}).status != 0) {
    lack = "a Debian root is made by root with mmdebstrap";
    return {};
  }
  const std::string part = root + ".part";
  fs::remove_all(part);
  const Outcome made = run({"unshare", "--mount", "mmdebstrap", "--quiet", "--variant=apt",
                            "--include=vim-tiny,procps", "bookworm", part});
  if (made.status != 0) {
    lack = "mmdebstrap made no root: " + made.err;
    return {};
  }
  fs::rename(part, root);
  return root;
}

std::vector<std::string> in_debian(const Yard& yard, std::vector<std::string> options,
                                   const std::vector<std::string>& command) {
  std::string lack;
  options.insert(options.end(), {"--rootfs", debian_root(lack) + ":O"});
  options.insert(options.end(), command.begin(), command.end());
  return yard.words(options);
}

void apt(Yard& yard) {
  const Outcome outcome = run(in_debian(yard, {}, {"apt-get", "--version"}));
  CHECK(outcome.status == 0);
  CHECK(outcome.err == "");
  CHECK(outcome.out.starts_with("apt 2."));
}

void bash(Yard& yard) {
  Typist typist(in_debian(yard, {"-it", "-e", "PS1=@ "}, {"bash", "--norc", "--noprofile"}),
                {.rows = 33, .columns = 101});
  typist.wait_for("@ ");
  typist.type("stty size\n");
  typist.wait_for("33 101");
  typist.wait_for("@ ");
  typist.type("echo G''O; cat\n");
  typist.wait_for("GO\r\n");
  typist.type("one\n");
  typist.wait_for("one\r\none\r\n");  // echoed and answered: cat is in the foreground
  typist.type("\x1a");
  typist.wait_for("Stopped");
  typist.wait_for("@ ");
  typist.type("fg\n");
  typist.wait_for("fg\r\n");
  typist.wait_for("cat\r\n");  // bash names what it brings back
  typist.type("two\n");
  typist.wait_for("two\r\ntwo\r\n");
  typist.type("\x03");
  typist.wait_for("@ ");
  typist.resize({.rows = 40, .columns = 120});
  typist.type("stty size; exit 5\n");
  typist.wait_for("40 120");
  CHECK(typist.status() == 5);
}

void vi(Yard& yard) {
  const std::string shared = yard.own_directory("shared");
  Typist typist(in_debian(yard, {"-it", "-v", shared + ":/shared"}, {"vi", "/shared/text"}),
                {.rows = 24, .columns = 80});
  typist.wait_for("/shared/text");
  typist.type("iwritten in vi\x1b:wq\r");
  CHECK(typist.status() == 0);
  CHECK(read_file(shared + "/text") == "written in vi\n");
}

void top(Yard& yard) {
  Typist typist(in_debian(yard, {"-it", "--init"}, {"top"}), {.rows = 24, .columns = 80});
  typist.wait_for("Tasks:");
  typist.wait_for("top");
  typist.type("q");
  CHECK(typist.status() == 0);
}

}  // namespace

// As AS_BOTH, where there is such a root.
#define ON_DEBIAN(name, body)                      \
  TEST_CASE(name " [root]") {                      \
    std::string lack;                              \
    SKIP_UNLESS(!debian_root(lack).empty(), lack); \
    on_yard(Caller::root, body);                   \
  }                                                \
  TEST_CASE(name " as a normal user [userns]") {   \
    std::string lack;                              \
    SKIP_UNLESS(!debian_root(lack).empty(), lack); \
    on_yard(Caller::nobody, body);                 \
  }

TEST_SUITE("long") {
  ON_DEBIAN("debian: apt-get tells its version", apt)
  ON_DEBIAN("debian: bash controls jobs and follows the window", bash)
  ON_DEBIAN("debian: vi writes a file", vi)
  ON_DEBIAN("debian: top shows tasks and quits", top)
}
