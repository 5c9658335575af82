#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "toolkit/cooper/test_yard.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"

// What a container, an image or a volume may try against the host. Each has a sign of life: that the
// same thing works where nothing forbids it, or that the container did run.
using namespace toolkit;
using namespace toolkit::test;
namespace fs = std::filesystem;

namespace {

std::string probe() { return built("tests/probe"); }

/// CVE-2019-5736.
void program_of_cooper(Yard& yard) {
  const std::string before = read_file(yard.cooper());
  const std::string root = yard.copy_of_root("spoilt");
  fs::permissions(yard.own_file("spoilt/script", "#!/proc/self/exe\n"), fs::perms(0755));
  yard.box({}, {"/proc/self/exe"});
  yard.box({"--init"}, {"/proc/self/exe"});
  run(yard.words({"--rootfs", root + ":O", "/script"}));
  const Live live(yard, {"--init"});
  const std::string exe = "/proc/" + std::to_string(live.pid()) + "/exe";
  CHECK(fs::read_symlink(exe).string().starts_with("/memfd:hop"));
  const int seals = ::fcntl(open_file(exe, O_RDONLY).get(), F_GET_SEALS);
  CHECK((seals & (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)) ==
        (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL));
  CHECK(yard.box({"--init"}, {"probe", "read", "/proc/1/exe"}).out == "ok\n");
  CHECK(yard.box({"--init"}, {"probe", "write", "/proc/1/exe"}).out != "ok\n");
  CHECK(read_file(yard.cooper()) == before);
}

/// CVE-2024-21626: a working directory by way of a descriptor that the caller or cooper has open.
void directory_of_a_descriptor(Yard& yard) {
  const TempDir canary;
  fs::permissions(canary.path(), fs::perms(0777));
  canary.file("secret", "secret\n");
  const Fd held = open_file(canary.path(), O_RDONLY | O_DIRECTORY);
  const int leaked = check(::fcntl(held.get(), F_DUPFD, 40), "fcntl");  // not O_CLOEXEC
  for (int number = 3; number <= leaked; ++number) {
    CAPTURE(number);
    const std::string link = "/proc/self/fd/" + std::to_string(number);
    const Outcome read = yard.box({"-w", link}, {"cat", "secret"});
    CHECK(read.status != 0);
    CHECK(read.out.empty());
    yard.box({"-w", link + "/made"}, {"true"});
  }
  ::close(leaked);
  CHECK(entries(canary.path()) == std::set<std::string>{"secret"});
  CHECK(yard.box({"-w", "/proc/self"}, {"true"}).status == 0);
}

void directory_as_input(Yard& yard) {
  std::string cooper;
  for (const std::string& word : yard.boxed({"-i"}, {"ls", "/proc/self/fd/0/"}))
    cooper += shell_quote(word) + ' ';
  const Outcome outcome = run({"bash", "-c", cooper + "< /"});
  check_one_line(outcome, 125, "directory");
}

void keys(Yard& yard) {
  const std::string name = "cooperage-test-" + std::to_string(::getpid());
  if (run({probe(), "with-key", name, probe(), "key", name}).out != "ok\n") return;  // no keys here
  std::vector<std::string> command = yard.as_caller({probe(), "with-key", name});
  for (const std::string& word :
       yard.run_words(yard.state(), {"--rootfs", yard.rootfs() + ":O", "probe", "key", name}))
    command.push_back(word);
  if (yard.caller() == Caller::nobody) command.insert(command.begin(), {"env", "COPY=1"});
  CHECK(run(command).out == "ENOKEY\n");
}

void devices(Yard& yard) {
  const std::string shared = yard.own_directory("shared");
  for (const char* directory : {"", "/dev", "/dev/shm", "/tmp", "/shared"}) {
    CAPTURE(directory);
    const std::string device = std::string(directory) + "/device";
    // Of the zero device: what opens this, opens a disk.
    const std::string said = yard.box({"-v", shared + ":/shared", "--tmpfs", "/tmp"},
                                      {"probe", "character", device, "1", "5"})
                                 .out;
    const bool can_make = yard.caller() == Caller::root;
    CHECK(said == (can_make ? "EACCES\n" : "mknod EPERM\n"));
  }
}

void zero_device_opens_on_the_host(Yard& yard) {
  CHECK(run({probe(), "character", yard.own("device"), "1", "5"}).out == "ok\n");
}

void nested_namespaces(Yard& yard) {
  const Outcome outcome = yard.box({}, {"probe", "nested"});
  const std::vector<std::string_view> said = lines(outcome.out);
  REQUIRE(said.size() == 8);
  CHECK(said[0] == "tmpfs ok");  // it is root there, and can mount
  CHECK(said[1] == "proc EPERM");
  CHECK(said[2] == "sysfs EPERM");
  CHECK(said[3] == "unmask EINVAL");
  CHECK(said[4] == "unmount EINVAL");
  CHECK(said[5] == "remount EPERM");
  CHECK(said[6] == "remount-sys EPERM");
  CHECK(said[7] != "release-agent ok");
}

void out_of_a_chroot(Yard& yard) {
  const TempDir canary;
  fs::permissions(canary.path(), fs::perms(0755));
  const std::string file = canary.file("canary", "x");
  CHECK(yard.box({"--tmpfs", "/tmp"}, {"probe", "break-out", file}).out == "ENOENT\n");
  if (yard.caller() == Caller::nobody) return;
  // The same program gets out of what is a chroot and no more.
  CHECK(run({"chroot", yard.rootfs(), "/bin/probe", "break-out", file}).out == "ok\n");
}

void setuid_programs(Yard& yard) {
  const std::string root = yard.copy_of_root("spoilt");
  fs::copy_file(probe(), root + "/bin/setuid");
  check(::chmod((root + "/bin/setuid").c_str(), 06755), "chmod");
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  const std::string pidfile = yard.own("pid");
  Process cooper = start(yard.words({"-i", "-u", "alice", "--pidfile", pidfile, "--rootfs",
                                     root + ":O", "/bin/setuid", "wait"}),
                         in.read, out.write, FdRef(STDERR_FILENO));
  out.write.reset();
  std::array<char, 6> ready{};
  REQUIRE(::read(out.read.get(), ready.data(), ready.size()) == 6);
  const pid_t pid = std::stoi(read_file(pidfile));
  CHECK(status_of(pid, "Uid") == "1000\t1000\t1000\t1000");
  CHECK(status_of(pid, "Gid") == "1001\t1001\t1001\t1001");
  CHECK(status_of(pid, "CapEff") == "0000000000000000");
  in.write.reset();
  CHECK(cooper.wait().shell_code() == 0);
}

void parents(Yard& yard) {
  const Live live(yard, {});
  const std::string pid = std::to_string(::getpid());
  CHECK(yard.box({}, {"probe", "kill", pid}).out == "ESRCH\n");
  CHECK(yard.box({}, {"probe", "trace", pid}).out == "ESRCH\n");
  CHECK(yard.box({}, {"probe", "kill", std::to_string(live.pid())}).out == "ESRCH\n");
  CHECK(yard.box({}, {"ls", "/proc/" + pid}).status == 1);
  CHECK(yard.box({}, {"cat", "/proc/1/cmdline"}).out == std::string("cat\0/proc/1/cmdline\0", 20));
}

}  // namespace

TEST_SUITE("tool") {
  AS_BOTH("escape: no handle of the container's leads to cooper's own file", program_of_cooper);

  AS_BOTH("escape: a working directory by way of a descriptor stays inside",
          directory_of_a_descriptor);

  AS_BOTH("escape: a directory of the host is no input", directory_as_input);

  AS_BOTH("escape: the caller's keys are out of reach", keys);

  AS_BOTH("escape: a device that the container makes does not open", devices);

  TEST_CASE("escape: and it does on the host [root]") {
    on_yard(Caller::root, zero_device_opens_on_the_host);
  }
  AS_BOTH("escape: a nested user namespace lifts no mask", nested_namespaces);

  AS_BOTH("escape: there is nothing outside of the root", out_of_a_chroot);

  TEST_CASE("escape: a setuid program gains nothing [root]") {
    on_yard(Caller::root, setuid_programs);
  }
  AS_BOTH("escape: processes of the host can't be named", parents);
}
