#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "toolkit/cooper/test_ground.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/transcript.hpp"

// The commands of docs/lxc.md, in the namespaces that its first command makes, in a control group of
// their own: lxc-execute leaves groups behind, and locks in /run.
using namespace toolkit;
using namespace toolkit::test;
namespace fs = std::filesystem;

namespace {

/// Where this process's group of cgroup v2 is; empty where there is no such place.
std::string own_group() {
  const std::string groups = read_file("/proc/self/cgroup");
  for (const std::string_view line : lines(groups)) {
    if (!line.starts_with("0::")) continue;
    for (const std::string root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
      std::string group = root + std::string(line.substr(3));
      if (::access((group + "/cgroup.subtree_control").c_str(), W_OK) == 0) return group;
    }
  }
  return {};
}

/// A control group for what must not reach the machine's; removed with all that was made below it.
class Group {
 public:
  explicit Group(const std::string& above)
      : path_(above + "/cooperage-lxc-" + std::to_string(::getpid())) {
    check(::mkdir(path_.c_str(), 0755), "mkdir", path_);
  }
  ~Group() { remove(path_); }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  void join() const { write_file(path_ + "/cgroup.procs", "0"); }
  [[nodiscard]] bool is_empty() const {
    return read_file(path_ + "/cgroup.events").starts_with("populated 0");
  }

 private:
  static void remove(const std::string& path) {
    for (const std::string& name : entries(path)) {
      if (fs::is_directory(path + '/' + name)) remove(path + '/' + name);
    }
    ::rmdir(path.c_str());
  }
  std::string path_;
};

/// As the guide's `sudo unshare …` starts it; its end is everybody's there.
std::vector<std::string> shell_of_its_own() {
  return {"sh", "-c",
          "mount -t proc proc /proc && PATH=" + shell_quote(built("bin")) +
              ":$PATH exec bash --norc --noprofile"};
}

void check_guide() {
  std::vector<ShownCommand> commands =
      parse_transcripts(read_file(COOPERAGE_SOURCE "/docs/lxc.md"));
  const auto makes_it = [](const ShownCommand& each) { return each.command.starts_with("sudo"); };
  commands.erase(std::remove_if(commands.begin(), commands.end(), makes_it), commands.end());
  unshare(Ns::mount | Ns::pid | Ns::net | Ns::uts | Ns::ipc | Ns::cgroup);
  set_propagation("/", Propagation::private_);
  const std::vector<RanCommand> ran = run_transcript_in(shell_of_its_own(), commands);
  for (std::size_t i = 0; i < commands.size(); ++i) {
    CAPTURE("docs/lxc.md:" + std::to_string(commands[i].line) + ": " + commands[i].command);
    REQUIRE(i < ran.size());
    CAPTURE(ran[i].out);
    CHECK(ran[i].status == 0);
    CHECK((commands[i].out.empty() || fits(commands[i].out, ran[i].out)));
  }
}

}  // namespace

TEST_SUITE("long") {
  TEST_CASE("docs/lxc.md: its commands print what it shows [root] [cgroup-v2]") {
    SKIP_UNLESS(is_root(), "not root");
    SKIP_UNLESS(run({"sh", "-c", "command -v lxc-execute capsh"}).status == 0,
                "the packages lxc and libcap2-bin are not installed");
    const std::string above = own_group();
    SKIP_UNLESS(!above.empty(), "no cgroup v2 here that a group can be made in");
    const HostState before = host_state();
    const auto run_files = entries("/run");
    const auto containers = entries("/var/lib/lxc");
    {
      const Group group(above);
      in_child([&] {
        group.join();
        check_guide();
      });
      CHECK(group.is_empty());
    }
    CHECK(host_state() == before);
    CHECK(entries("/run") == run_files);
    CHECK(entries("/var/lib/lxc") == containers);
  }
}
