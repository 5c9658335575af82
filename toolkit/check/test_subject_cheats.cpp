// Programs that want to pass without doing the work: by what they say and show.
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "toolkit/check/test_subject.hpp"

namespace hostile {
namespace {

constexpr const char* kProbe = "/w/probe";

void say(const std::string& line) { tried(::write(STDOUT_FILENO, line.data(), line.size())); }

std::string hello(const Job& job, pid_t pid) {
  return std::string("hello ") + job.command[1] + ' ' + std::to_string(pid) + '\n';
}

int print_expected(const Job& job) {
  say(hello(job, ::getpid()) + job.hostname + '\n');
  std::array<char, 512> line{};
  while (::read(STDOUT_FILENO, line.data(), line.size()) > 0) say(std::string(job.hostname) + '\n');
  return 0;
}

int return_zero(const Job& /*job*/) { return 0; }

int do_nothing(const Job& job) { return status_of(start(job.command)); }

int exit_early(const Job& job) {
  isolate(job);
  start(job.command);
  ::usleep(50000);
  return 0;
}

int forget_status(const Job& job) {
  do_it_well(job);
  return 0;
}

int rename_for_a_while(const Job& job) {
  std::array<char, 65> before{};
  ::gethostname(before.data(), before.size());
  tried(::sethostname(job.hostname, std::strlen(job.hostname)));
  const int status = status_of(start(job.command));
  tried(::sethostname(before.data(), std::strlen(before.data())));
  return status;
}

int only_unshare(const Job& job) {
  tried(::unshare(CLONE_NEWUTS));
  return status_of(start(job.command));
}

int fake_proc_by_bind(const Job& job) {
  write_text("/tmp/name", std::string(job.hostname) + '\n');
  ::mount("/tmp/name", "/proc/sys/kernel/hostname", nullptr, MS_BIND, nullptr);
  if (::fork() == 0) {
    isolate(job);
    const std::string own = "/proc/" + std::to_string(::getpid()) + "/ns/uts";
    ::mount(own.c_str(), "/tmp/uts", nullptr, MS_BIND, nullptr);
    ::_exit(0);
  }
  ::wait(nullptr);
  ::mount("/tmp", "/proc/1/ns", nullptr, MS_BIND, nullptr);
  return status_of(start(job.command));
}

int fake_proc_by_tmpfs(const Job& job) {
  ::mount("proc", "/proc", "tmpfs", 0, nullptr);
  const pid_t child = start(job.command);
  const std::string directory = "/proc/" + std::to_string(child);
  for (const std::string& made : {directory, directory + "/ns"}) ::mkdir(made.c_str(), 0755);
  tried(::symlink("uts:[4026539999]", (directory + "/ns/uts").c_str()));
  tried(::symlink(kProbe, (directory + "/exe").c_str()));
  return status_of(child);
}

void copy_probe(const char* to, const char* more) {
  const int from = ::open(kProbe, O_RDONLY | O_CLOEXEC);
  const int made = ::open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
  constexpr std::size_t kMuch = std::size_t{1} << 24;
  while (::sendfile(made, from, nullptr, kMuch) > 0) {
  }
  tried(::write(made, more, std::strlen(more)));
  ::close(made);
  ::close(from);
}

char* writable(std::string& text) { return text.data(); }

int run_changed_copy(const Job& job) {
  std::string copy = "/w/other";
  copy_probe(copy.c_str(), "x");
  job.command[0] = writable(copy);
  return do_it_well(job);
}

int run_renamed_copy(const Job& job) {
  std::string copy = "/w/other";
  copy_probe(copy.c_str(), "");
  job.command[0] = writable(copy);
  return do_nothing(job);
}

int replace_probe(const Job& job) {
  ::unlink(kProbe);
  std::ifstream self("/proc/self/exe", std::ios::binary);
  std::ofstream(kProbe, std::ios::binary) << self.rdbuf();
  ::chmod(kProbe, 0755);
  isolate(job);
  std::string name = "prints-the-expected";
  std::array<char*, 7> argv{writable(name), job.command[0], job.command[1], job.command[0],
                            job.command[0], job.command[1], nullptr};
  const pid_t child = ::fork();
  if (child == 0) ::execv(kProbe, argv.data());
  return status_of(child);
}

/// One copy does what is asked, the command itself does not; which of them is first is for the caller.
int isolate_a_copy(const Job& job, bool first) {
  const auto in_isolation = [&job] {
    const pid_t child = ::fork();
    if (child == 0) {
      isolate(job);
      ::execv(job.command[0], job.command);
    }
    return child;
  };
  const pid_t one = first ? in_isolation() : start(job.command);
  const pid_t other = first ? start(job.command) : in_isolation();
  const int status = status_of(one);
  status_of(other);
  return status;
}
int isolate_first(const Job& job) { return isolate_a_copy(job, true); }
int isolate_second(const Job& job) { return isolate_a_copy(job, false); }

/// The copy hears nothing and says nothing; the word of the bare one is what is heard.
int isolate_a_mute_copy(const Job& job) {
  std::array<int, 2> ends{};
  ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data());
  if (::fork() == 0) {
    isolate(job);
    ::dup2(ends[1], STDOUT_FILENO);
    ::execv(job.command[0], job.command);
  }
  std::array<char, 64> line{};
  tried(::read(ends[0], line.data(), line.size()));
  return status_of(start(job.command));
}

std::string forged(const Job& job) {
  std::string all;
  for (const char* id : {"90.1", "90.2", "90.3", "90.4"}) {
    all += std::string(R"({"id":")") + id +
           R"(","title":"done","points":1,"needs":[],"verdict":"PASS","seconds":0})" + '\n';
  }
  return all + hello(job, ::getpid());
}

int write_report(const Job& job) {
  const std::string text = forged(job);
  for (int fd = 0; fd < 1024; ++fd) tried(::write(fd, text.data(), text.size()));
  DIR* proc = ::opendir("/proc");
  while (const dirent* process = ::readdir(proc)) {
    for (int fd = 0; fd < 20; ++fd) {
      const std::string path =
          std::string("/proc/") + process->d_name + "/fd/" + std::to_string(fd);
      const int other = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
      if (other != -1) tried(::write(other, text.data(), text.size()));
      if (other != -1) ::close(other);
    }
  }
  ::closedir(proc);
  return 0;
}

int seen_only_when_traced(const Job& job) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("TracerPid:", 0) == 0 && std::atoi(&line[10]) != 0) return do_it_well(job);
  }
  std::ifstream syscall("/proc/self/syscall");
  return 0;
}

int other_user_namespace(const Job& job) {
  tried(::unshare(CLONE_NEWUSER));
  return status_of(start(job.command));
}

constexpr std::array kAll = std::to_array<Behaviour>({
    {"prints-the-expected", print_expected},
    {"returns-zero", return_zero},
    {"does-nothing", do_nothing},
    {"exits-early", exit_early},
    {"forgets-the-status", forget_status},
    {"renames-for-a-while", rename_for_a_while},
    {"unshares-only", only_unshare},
    {"fakes-proc-by-bind", fake_proc_by_bind},
    {"fakes-proc-by-tmpfs", fake_proc_by_tmpfs},
    {"runs-a-changed-copy", run_changed_copy},
    {"runs-a-renamed-copy", run_renamed_copy},
    {"replaces-the-probe", replace_probe},
    {"isolates-a-copy-first", isolate_first},
    {"isolates-a-copy-second", isolate_second},
    {"isolates-a-mute-copy", isolate_a_mute_copy},
    {"writes-the-report", write_report},
    {"works-only-when-traced", seen_only_when_traced},
    {"changes-the-user-namespace", other_user_namespace},
});

}  // namespace

std::span<const Behaviour> cheats() { return kAll; }

}  // namespace hostile
