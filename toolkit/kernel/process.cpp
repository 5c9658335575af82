// Born in lab 00.
#include "toolkit/kernel/process.hpp"

#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>

#include "toolkit/kernel/error.hpp"

namespace toolkit {
namespace {

/// /proc/self/task has one directory a thread, and each adds a link to it: one call, no listing.
void require_single_thread() {
  struct stat tasks {};
  constexpr nlink_t kOneThread = 3;
  if (::stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink != kOneThread) {
    throw std::logic_error("spawn: the calling process has more than one thread");
  }
}

/// Has the parent ended? In a pid namespace of its own a child can't see it (0), but the pipe whose
/// other end the parent alone holds tells. See POLLERR in poll(2).
bool is_orphan(pid_t parent, FdRef errors) {
  const pid_t now = ::getppid();
  if (now != 0) return now != parent;
  pollfd pipe{.fd = errors.get(), .events = 0, .revents = 0};
  return ::poll(&pipe, 1, 0) == 1 && (pipe.revents & POLLERR) != 0;
}

/// Every exception ends here: none crosses clone. _exit, not exit: the parent's buffers are ours too.
[[noreturn]] void run_child(const std::function<void(FdRef)>& body, FdRef errors) {
  try {
    body(errors);
    ::_exit(0);
  } catch (const SystemError& error) {
    send_error(errors, error.number(), error.operation(), error.subject());
  } catch (const std::exception& error) {
    send_error(errors, 0, error.what(), {});
  } catch (...) {  // or the caller's frames, copied with the child, would catch it and run twice
    send_error(errors, 0, "the child threw what is no std::exception", {});
  }
  constexpr int kFailedBeforeExec = 125;
  ::_exit(kFailedBeforeExec);
}

[[noreturn]] void throw_carried(std::string_view message) {
  int number = 0;
  if (message.size() < sizeof number) throw std::runtime_error("the child's error was cut short");
  std::memcpy(&number, message.data(), sizeof number);
  message.remove_prefix(sizeof number);
  const std::size_t end = message.find('\0');
  const std::string_view operation = message.substr(0, end);
  if (number == 0) throw std::runtime_error(std::string(operation));
  throw SystemError(number, operation, end == message.npos ? "" : message.substr(end + 1));
}

}  // namespace

void send_error(FdRef pipe, int number, std::string_view operation, std::string_view subject) {
  std::string message(sizeof number, '\0');
  std::memcpy(message.data(), &number, sizeof number);
  message.append(operation).push_back('\0');
  message.append(subject);
  // A parent that is gone reads nothing, and there is nobody else to tell.
  static_cast<void>(::write(pipe.get(), message.data(), message.size()) == 0);
}

Process Process::spawn(const SpawnOptions& options, const std::function<void()>& body) {
  return spawn(options, [&body](FdRef) { body(); });
}

namespace {

struct Cloned {
  pid_t pid;  ///< 0 in the child
  Fd pidfd;
};

Cloned clone_with(std::uint64_t flags, int exit_signal, std::optional<FdRef> cgroup) {
  int pidfd = -1;
  clone_args arguments{};
  arguments.flags = flags | CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);  // NOLINT: the kernel's interface
  arguments.exit_signal = static_cast<unsigned>(exit_signal);
  if (cgroup) {
    arguments.flags |= CLONE_INTO_CGROUP;
    arguments.cgroup = static_cast<unsigned>(cgroup->get());
  }
  const long pid = check(::syscall(SYS_clone3, &arguments, sizeof arguments), "clone3");
  return {static_cast<pid_t>(pid), Fd(pid == 0 ? -1 : pidfd)};
}

/// The process that a pidfd is about, as this one numbers it. See pidfd_open(2).
pid_t pid_of(FdRef pidfd) {
  const std::string info = read_file("/proc/self/fdinfo/" + std::to_string(pidfd.get()));
  constexpr std::string_view kLine = "Pid:\t";
  const std::size_t at = info.find(kLine);
  if (at == std::string::npos) throw std::runtime_error("a pidfd without a number in fdinfo");
  return std::stoi(info.substr(at + kLine.size()));
}

}  // namespace

Process Process::spawn(const SpawnOptions& options, const std::function<void(FdRef errors)>& body) {
  require_single_thread();
  Pipe errors = make_pipe();
  std::optional<SocketPair> handed;
  const pid_t parent = options.die_with_parent ? ::getpid() : 0;
  const auto be_child = [&] {
    errors.read.reset();
    handed.reset();
    if (options.die_with_parent) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      // A parent that ended before the line above sends nothing.
      if (is_orphan(parent, errors.write)) ::_exit(0);
    }
    run_child(body, errors.write);
  };
  const std::uint64_t kinds = flags(options.namespaces);
  if (!options.before) {
    Cloned child = clone_with(kinds, SIGCHLD, options.cgroup);
    if (child.pid == 0) be_child();
    return {child.pid, std::move(child.pidfd), std::move(errors.read)};
  }

  handed = make_socket_pair();
  Cloned between = clone_with(0, SIGCHLD, {});
  if (between.pid == 0) {
    run_child(
        [&](FdRef) {
          options.before();
          // A sibling takes over the signal that this one ends with.
          const Cloned child = clone_with(kinds | CLONE_PARENT, 0, options.cgroup);
          if (child.pid == 0) be_child();
          send_fd(handed->theirs, child.pidfd);
        },
        errors.write);
  }
  handed->theirs.reset();
  errors.write.reset();
  Process first(between.pid, std::move(between.pidfd), Fd());
  Fd pidfd = receive_fd(handed->ours);
  if (!pidfd) {
    first.errors_ = std::move(errors.read);
    first.await_exec();
    throw std::runtime_error("the process that makes the child was ended");
  }
  first.wait();
  const pid_t pid = pid_of(pidfd);
  return {pid, std::move(pidfd), std::move(errors.read)};
}

Process::Process(pid_t pid, Fd pidfd, Fd errors) noexcept
    : pid_(pid), pidfd_(std::move(pidfd)), errors_(std::move(errors)) {}

Process::Process(Process&& other) noexcept
    : pid_(other.pid_),
      pidfd_(std::move(other.pidfd_)),
      errors_(std::move(other.errors_)),
      status_(other.status_) {}

Process::~Process() {
  if (!pidfd_ || status_) return;
  try {
    signal(SIGKILL);
    wait();
  } catch (const std::exception&) {  // NOLINT: a destructor has nobody to tell
  }
}

void Process::await_exec() {
  if (!errors_) return;
  const std::string message = read_all(errors_, "error pipe");
  errors_.reset();
  if (message.empty()) return;
  wait();
  throw_carried(message);
}

void Process::signal(int number) const {
  if (status_) return;
  if (::syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, 0) == -1 && errno != ESRCH) {
    throw_errno("pidfd_send_signal");
  }
}

ExitStatus Process::wait() {
  while (!status_) {
    siginfo_t info{};
    if (::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED) == 0) {
      const bool exited = info.si_code == CLD_EXITED;
      status_ =
          ExitStatus{.code = exited ? info.si_status : 0, .signal = exited ? 0 : info.si_status};
    } else if (errno != EINTR) {
      throw_errno("waitid");
    }
  }
  return *status_;
}

std::optional<ExitStatus> Process::wait_for(std::chrono::milliseconds timeout) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point deadline = Clock::now() + timeout;
  while (!status_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd ended{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (ready == 1) return wait();
    if (ready == 0) return {};
    if (errno != EINTR) throw_errno("poll", "pidfd");
  }
  return status_;
}

Gate::Gate() : pipe_(make_pipe()) {}

void Gate::open() { write_all(pipe_.write, ".", "gate"); }

void Gate::wait() {
  pipe_.write.reset();  // or this process itself would keep the pipe from ending
  char byte = 0;
  ssize_t got = 0;
  do {
    got = ::read(pipe_.read.get(), &byte, 1);
  } while (got == -1 && errno == EINTR);
  if (check(got, "read", "gate") == 0) throw std::runtime_error("the parent process ended first");
}

bool Gate::parent_alive() const {
  pollfd pipe{.fd = pipe_.read.get(), .events = POLLIN, .revents = 0};
  return check(::poll(&pipe, 1, 0), "poll", "gate") == 0;
}

}  // namespace toolkit
