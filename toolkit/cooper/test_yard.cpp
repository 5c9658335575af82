#include "toolkit/cooper/test_yard.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::test {
namespace {

namespace fs = std::filesystem;

void furnish(const std::string& root) {
  for (const char* applet :
       {"ls",   "id",       "env",   "hostname", "stat",   "test",      "touch", "mkdir",
        "head", "tr",       "wc",    "mount",    "umount", "tty",       "stty",  "kill",
        "ps",   "readlink", "chmod", "chown",    "dd",     "sha256sum", "grep",  "rm",
        "ln",   "nc",       "vi",    "top",      "find",   "setsid",    "od",    "seq",
        "pwd",  "echo",     "false", "mkfifo",   "cp",     "mv",        "uname", "cut"}) {
    fs::create_symlink("busybox", root + "/bin/" + applet);
  }
  fs::copy_file(built("tests/probe"), root + "/bin/probe");
  std::ofstream(root + "/etc/passwd") << "root:x:0:0:root:/root:/bin/sh\n"
                                         "alice:x:1000:1001::/home/alice:/bin/sh\n"
                                         "mallory:x:0x0:0::/:/bin/sh\n"
                                         "trudy:x:-1:0::/:/bin/sh\n";
  for (const char* name : {"hosts", "hostname", "resolv.conf"})
    std::ofstream(root + "/etc/" + name);
  std::ofstream(root + "/etc/group") << "root:x:0:\nalice:x:1001:\nwheel:x:10:alice\n";
}

/// Processes that have a mount below the directory, and so are in one of its containers.
std::vector<std::string> processes_on(const std::string& directory) {
  std::vector<std::string> found;
  for (const std::string& name : entries("/proc")) {
    if (!parse_number(name)) continue;
    try {
      const std::string mounts = read_file("/proc/" + name + "/mountinfo");
      if (mounts.find(directory) != std::string::npos) found.push_back(name);
    } catch (const SystemError&) {  // NOLINT: it ended, or is another user's
    }
  }
  return found;
}

}  // namespace

void Yard::give_to_caller(const std::string& path) const {
  const gid_t group = is_root() ? uid() : ::getegid();
  check(::lchown(path.c_str(), uid(), group), "chown", path);
}

Yard::Yard(Caller caller) : Ground(caller), caller_(caller), before_(host_state()) {
  furnish(rootfs());
}

std::vector<std::string> Yard::words(const std::vector<std::string>& words) const {
  return as_caller(run_words(state(), words));
}

std::vector<std::string> Yard::boxed(std::vector<std::string> options,
                                     const std::vector<std::string>& command) const {
  options.insert(options.end(), {"--rootfs", rootfs() + ":O"});
  options.insert(options.end(), command.begin(), command.end());
  return words(options);
}

Outcome Yard::box(const std::vector<std::string>& options, const std::vector<std::string>& command,
                  std::string_view input) const {
  return run(boxed(options, command), input);
}

Outcome Yard::shell(const std::string& script) const { return box({}, {"sh", "-c", script}); }

std::string Yard::own_file(const std::string& name, std::string_view content) const {
  const std::string path = own(name);
  std::ofstream(path, std::ios::binary) << content;
  give_to_caller(path);
  return path;
}

std::string Yard::own_directory(const std::string& name) const {
  std::string path = own(name);
  fs::create_directories(path);
  give_to_caller(path);
  return path;
}

std::string Yard::copy_of_root(const std::string& name) const {
  std::string path = own(name);
  fs::copy(rootfs(), path, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    give_to_caller(entry.path());
  }
  give_to_caller(path);
  return path;
}

void Yard::check_nothing_left() const {
  const HostState now = host_state();
  CHECK(now.mounts == before_.mounts);
  CHECK(now.links == before_.links);
  CHECK(entries(state() + "/run").empty());
  CHECK(entries(state() + "/mnt").empty());
  CHECK(processes_on(own("")).empty());
}

void on_yard(Caller caller, void (*body)(Yard&)) {
  const std::string reason = cannot_call_as(caller);
  SKIP_UNLESS(reason.empty(), reason);
  Yard yard(caller);
  body(yard);
  yard.check_nothing_left();
}

Process start(const std::vector<std::string>& command, FdRef in, FdRef out, FdRef err) {
  std::vector<std::string> words = command;
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return Process::spawn({}, [&] {
    check(::dup2(in.get(), 0), "dup2");
    check(::dup2(out.get(), 1), "dup2");
    check(::dup2(err.get(), 2), "dup2");
    check(::execvp(argv[0], argv.data()), "exec", words.front());
  });
}

namespace {

Process start_live(const Yard& yard, std::vector<std::string> options, const std::string& script,
                   Fd& input, Fd& output) {
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  options.insert(options.end(), {"-i", "--pidfile", yard.own("pid")});
  // Without a script it is cat from its first moment, which sends back what it is told: a shell on its
  // way to an exec has handlers for signals, and what they catch is lost.
  const std::vector<std::string> command =
      script.empty() ? std::vector<std::string>{"cat"}
                     : std::vector<std::string>{"sh", "-c", script + "\necho ready; exec cat"};
  write_all(in.write, script.empty() ? "ready\n" : "", "container");
  Process process =
      start(yard.boxed(std::move(options), command), in.read, out.write, FdRef(STDERR_FILENO));
  input = std::move(in.write);
  output = std::move(out.read);
  return process;
}

}  // namespace

Live::Live(const Yard& yard, std::vector<std::string> options, const std::string& script)
    : cooper_(start_live(yard, std::move(options), script, input_, output_)) {
  cooper_.await_exec();
  REQUIRE(line() == "ready");
  pid_ = std::stoi(read_file(yard.own("pid")));
}

Live::~Live() {
  input_.reset();
  try {
    cooper_.wait();
  } catch (const std::exception&) {  // NOLINT: a destructor has nobody to tell
  }
}

std::string Live::line() {
  std::string text;
  char byte = 0;
  while (::read(output_.get(), &byte, 1) == 1 && byte != '\n') text.push_back(byte);
  return text;
}

std::string status_of(pid_t pid, const std::string& name) {
  const std::string status = read_file("/proc/" + std::to_string(pid) + "/status");
  for (const std::string_view line : lines(status)) {
    if (line.starts_with(name + ":")) return std::string(trim(line.substr(name.size() + 1)));
  }
  return {};
}

void check_shared(pid_t pid, pid_t other, Ns shared) {
  for (const Ns kind : {Ns::pid, Ns::ipc, Ns::uts, Ns::net, Ns::mount, Ns::cgroup}) {
    CAPTURE(proc_name(kind));
    CHECK((namespace_id(pid, kind) == namespace_id(other, kind)) == has(shared, kind));
  }
}

void check_one_line(const Outcome& outcome, int status, const std::string& words) {
  CAPTURE(outcome.err);
  CHECK(outcome.status == status);
  CHECK(outcome.err.starts_with("cooper: "));
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  CHECK(outcome.err.find(words) != std::string::npos);
}

}  // namespace toolkit::test
