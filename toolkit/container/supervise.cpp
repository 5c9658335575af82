#include "toolkit/container/supervise.hpp"

#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "toolkit/container/relay.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/tty.hpp"

namespace toolkit {
namespace {

constexpr std::array kForwarded = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};
constexpr char kCtrlC = 3;

/// Is SIGINT in one of a process's sets of signals, "SigCgt" or "SigIgn"? See status in proc(5).
bool has_interrupt(pid_t pid, const std::string& set) {
  const std::string status = read_file("/proc/" + std::to_string(pid) + "/status");
  const std::size_t at = status.find(set + ":\t");
  if (at == std::string::npos) return false;
  return ((std::stoull(status.substr(at + 8, 16), nullptr, 16) >> (SIGINT - 1)) & 1U) != 0;
}

/// Follows one container in the foreground from its start to its end.
class Supervisor {
 public:
  Supervisor(Process& process, const ForwardedSignals& signals, Foreground& foreground)
      : process_(process), signals_(signals), foreground_(foreground) {
    if (!foreground_.console) return;
    ::fcntl(foreground_.console.get(), F_SETFL, O_NONBLOCK);
    out_.emplace(foreground_.console, FdRef(STDOUT_FILENO));
    if (foreground_.input == Input::none) return;
    raw_.emplace(FdRef(STDIN_FILENO));
    in_.emplace(FdRef(STDIN_FILENO), foreground_.console);
  }

  ExitStatus follow() {
    while (!turn()) {
    }
    if (out_) drain();
    return process_.wait();
  }

 private:
  /// One wait and what came of it; true when the container has ended.
  bool turn() {
    constexpr pollfd kNothing{.fd = -1, .events = 0, .revents = 0};
    std::array<pollfd, 6> watched = {{{process_.pidfd().get(), POLLIN, 0},
                                      {signals_.fd().get(), POLLIN, 0},
                                      out_ ? out_->read_interest() : kNothing,
                                      out_ ? out_->write_interest() : kNothing,
                                      in_ ? in_->read_interest() : kNothing,
                                      in_ ? in_->write_interest() : kNothing}};
    if (::poll(watched.data(), watched.size(), -1) == -1) {
      if (errno == EINTR) return false;
      throw_errno("poll");
    }
    if (watched[1].revents != 0) forward();
    if (watched[2].revents != 0) out_->receive();
    if (watched[3].revents != 0) send_out();
    if (watched[4].revents != 0) count_interrupts(in_->receive());
    if (watched[5].revents != 0) in_->send();
    if (in_ && in_->ended()) hang_up();
    return watched[0].revents != 0;
  }

  /// Who reads what the container writes may leave, as `head` does: then it ends, as it would have
  /// from the SIGPIPE that a command without a terminal gets.
  void send_out() {
    out_->send();
    if (out_->ended()) process_.signal(SIGKILL);
  }

  /// The caller's terminal is gone, so the container's goes too: a shell there ends.
  void hang_up() {
    in_.reset();
    out_.reset();
    foreground_.console.reset();
  }

  void forward() {
    signalfd_siginfo info{};
    if (::read(signals_.fd().get(), &info, sizeof info) != sizeof info) return;
    const int number = static_cast<int>(info.ssi_signo);
    if (number == SIGCHLD) {
      reap_orphans();
      return;
    }
    if (number == SIGWINCH && foreground_.console) {
      follow_window(foreground_.console);
      return;
    }
    process_.signal(number);
    if (number == SIGINT && ++interrupts_ == kPatience) complain();
  }

  /// All that have ended but the container's first process, whose status is waited for by its pidfd.
  void reap_orphans() const {
    siginfo_t ended{};
    while (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid != 0 &&
           ended.si_pid != process_.pid()) {
      ::waitid(P_PID, static_cast<id_t>(ended.si_pid), &ended, WEXITED | WNOHANG);
      ended = {};
    }
  }

  /// In raw mode Ctrl-C is a byte; the container's terminal makes the signal of it. Shells and
  /// editors catch it and live on, which is no ignoring.
  void count_interrupts(std::string_view keys) {
    interrupts_ += static_cast<int>(std::count(keys.begin(), keys.end(), kCtrlC));
    if (interrupts_ >= kPatience && !complained_ && is_deaf()) complain();
  }

  /// Does Ctrl-C do nothing to who has the terminal? PID 1 gets no signal that it has no handler for;
  /// any other process ends from it, unless it ignores it.
  [[nodiscard]] bool is_deaf() const {
    const std::optional<pid_t> leader = foreground_group(foreground_.console);
    if (!leader) return false;
    try {
      return *leader == process_.pid() ? !has_interrupt(*leader, "SigCgt")
                                       : has_interrupt(*leader, "SigIgn");
    } catch (const SystemError&) {
      return false;  // it has ended meanwhile
    }
  }

  void complain() {
    complained_ = true;
    if (foreground_.on_ignored_interrupt) foreground_.on_ignored_interrupt();
  }

  /// What the container wrote last may still be on its way.
  void drain() {
    while (true) {
      pollfd readable = out_->read_interest();
      if (::poll(&readable, 1, 0) == 1) out_->receive();
      pollfd writable = out_->write_interest();
      if (writable.fd < 0) return;
      ::poll(&writable, 1, -1);
      out_->send();
    }
  }

  static constexpr int kPatience = 3;
  Process& process_;
  const ForwardedSignals& signals_;
  Foreground& foreground_;
  std::optional<RawMode> raw_;
  std::optional<Relay> in_;
  std::optional<Relay> out_;
  int interrupts_ = 0;
  bool complained_ = false;
};

}  // namespace

void follow_window(FdRef console) {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (const auto size = window_size(FdRef(fd))) {
      set_window_size(console, *size);
      return;
    }
  }
}

ForwardedSignals::ForwardedSignals(Orphans orphans) {
  sigset_t mask;
  ::sigemptyset(&mask);
  if (orphans == Orphans::reap) ::sigaddset(&mask, SIGCHLD);
  for (const int number : kForwarded) ::sigaddset(&mask, number);
  fd_ = Fd(check(::signalfd(-1, &mask, SFD_CLOEXEC), "signalfd"));
  // Held back and not forwarded: it would end this process before what it holds is cleaned up.
  ::sigaddset(&mask, SIGPIPE);
  check(::sigprocmask(SIG_BLOCK, &mask, &before_), "sigprocmask");
}

ForwardedSignals::~ForwardedSignals() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

ExitStatus supervise(Process& process, const ForwardedSignals& signals, Foreground foreground) {
  return Supervisor(process, signals, foreground).follow();
}

}  // namespace toolkit
