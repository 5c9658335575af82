#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "toolkit/cooper/test_yard.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"

// Roots and volumes that lead a start astray: links, what is no directory, names that change while it
// is under way. The oracle is a directory of the host that must stay as it is.
using namespace toolkit;
using namespace toolkit::test;
namespace fs = std::filesystem;

namespace {

/// A directory that everybody can write to, so that only cooper's own care keeps it empty.
class Canary {
 public:
  Canary() { fs::permissions(directory_.path(), fs::perms(0777)); }
  [[nodiscard]] const std::string& path() const { return directory_.path(); }
  [[nodiscard]] bool is_empty() const { return fs::is_empty(directory_.path()); }

 private:
  TempDir directory_;
};

/// Two names that change places as fast as they can, until the scope ends.
class Exchange {
 public:
  Exchange(const std::string& a, const std::string& b) {
    Pipe out = make_pipe();
    process_.emplace(start({built("tests/probe"), "exchange", a, b}, input_.read, out.write,
                           FdRef(STDERR_FILENO)));
    out.write.reset();
    std::array<char, 9> told{};
    REQUIRE(::read(out.read.get(), told.data(), told.size()) == 9);
  }

 private:
  Pipe input_ = make_pipe();
  std::optional<Process> process_;
};

void kernel_directories(Yard& yard) {
  for (const std::string name : {"proc", "sys", "dev"}) {
    const Canary canary;
    for (const std::string& leads_to : {canary.path(), std::string(".."), std::string("tmp")}) {
      CAPTURE(name);
      CAPTURE(leads_to);
      const std::string root = yard.copy_of_root("spoilt");
      fs::remove(root + '/' + name);
      fs::create_symlink(leads_to, root + '/' + name);
      check_one_line(run(yard.words({"--rootfs", root, "true"})), 125, "must be a directory");
      check_one_line(run(yard.words({"--rootfs", root + ":O", "true"})), 125,
                     "must be a directory");
      CHECK(fs::is_empty(root + "/tmp"));
      fs::remove_all(root);
    }
    CHECK(canary.is_empty());
  }
}

void files_for_directories(Yard& yard) {
  const std::string root = yard.copy_of_root("spoilt");
  fs::remove(root + "/proc");
  yard.own_file("spoilt/proc", "no directory");
  check_one_line(run(yard.words({"--rootfs", root + ":O", "true"})), 125, "must be a directory");
}

void below_dev(Yard& yard) {
  const Canary canary;
  const std::string root = yard.copy_of_root("spoilt");
  for (const char* name : {"pts", "shm", "mqueue", "console", "null", "ptmx"}) {
    fs::create_symlink(canary.path(), root + "/dev/" + name);
  }
  CHECK(run(yard.words({"--rootfs", root, "true"})).status == 0);
  CHECK(canary.is_empty());
}

enum class Planted { link, fifo, directory };

void plant(Planted kind, const std::string& path, const std::string& canary) {
  fs::remove(path);
  if (kind == Planted::link) fs::create_symlink(canary + "/made", path);
  if (kind == Planted::fifo) check(::mkfifo(path.c_str(), 0666), "mkfifo", path);
  if (kind == Planted::directory) fs::create_directory(path);
}

void files_of_etc(Yard& yard) {
  const Canary canary;
  for (const Planted kind : {Planted::link, Planted::fifo, Planted::directory}) {
    for (const std::string name : {"hosts", "hostname", "resolv.conf", "passwd", "group"}) {
      CAPTURE(name);
      CAPTURE(static_cast<int>(kind));
      const std::string root = yard.copy_of_root("spoilt");
      plant(kind, root + "/etc/" + name, canary.path());
      const Outcome outcome = run(yard.words({"--rootfs", root, "true"}));
      CHECK(outcome.err == "");
      CHECK(outcome.status == 0);
      fs::remove_all(root);
    }
  }
  CHECK(canary.is_empty());
}

/// CVE-2025-31133: what masks a file is taken from a volume.
void mask_from_a_volume(Yard& yard) {
  const std::string devices = yard.own_directory("devices");
  fs::create_symlink("/proc/sys/kernel/core_pattern", devices + "/null");
  const Live live(yard, {"-v", devices + ":/dev"});
  const std::string root = "/proc/" + std::to_string(live.pid()) + "/root";
  for (const char* masked : {"/proc/keys", "/proc/timer_list"}) {
    if (!fs::exists(masked)) continue;
    CAPTURE(masked);
    CHECK(fs::is_character_file(root + masked));
  }
}

/// CVE-2021-30465 and CVE-2024-45310: sixty starts while the way to a mount point is now a directory,
/// now a link to the host.
void volume_that_changes(Yard& yard) {
  const Canary canary;
  const std::string shared = yard.own_directory("shared");
  const std::string source = yard.own_directory("source");
  fs::permissions(yard.own_directory("shared/way"), fs::perms(0777));
  fs::create_symlink(canary.path(), shared + "/link");
  int started = 0;
  {
    const Exchange exchange(shared + "/way", shared + "/link");
    for (int i = 0; i < 60; ++i) {
      const std::string in = "/shared/way/" + std::to_string(i);
      const Outcome outcome = yard.box(
          {"-v", shared + ":/shared", "-v", source + ":" + in, "-w", in + "/work"}, {"true"});
      if (outcome.status == 0) ++started;
    }
  }
  CHECK(canary.is_empty());
  CHECK(started > 0);
  for (const std::string& name : entries(source)) CHECK(name == "work");
}

/// CVE-2019-19921 and CVE-2023-27561: sixty starts in a root where /proc changes its name.
void proc_that_changes(Yard& yard) {
  const std::string root = yard.copy_of_root("shared");
  fs::create_symlink("/tmp", root + "/other");
  int started = 0;
  {
    const Exchange exchange(root + "/proc", root + "/other");
    for (int i = 0; i < 60; ++i) {
      const Outcome outcome = run(yard.words({"--rootfs", root, "sh", "-c",
                                              "for d in /proc /other /tmp; do probe write "
                                              "$d/sys/kernel/core_pattern; done"}));
      if (outcome.status != 0) continue;
      ++started;
      CHECK(outcome.out.find("ok") == std::string::npos);
    }
  }
  CHECK(started > 0);
}

}  // namespace

TEST_SUITE("tool") {
  AS_BOTH("redirect: a root whose /proc or /sys or /dev is a link is refused", kernel_directories);

  AS_BOTH("redirect: a root whose /proc is a file is refused", files_for_directories);

  AS_BOTH("redirect: links below the root's own /dev lead nowhere", below_dev);

  AS_BOTH("redirect: what stands for a file of /etc stays as it is", files_of_etc);

  AS_BOTH("redirect: no volume is what masks a file", mask_from_a_volume);

  AS_BOTH("redirect: sixty starts on a volume that changes leave the host alone",
          volume_that_changes);

  AS_BOTH("redirect: sixty starts in a root whose /proc changes never open the kernel's settings",
          proc_that_changes);
}
