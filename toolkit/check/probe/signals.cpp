#include "toolkit/check/probe/signals.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace toolkit::probe {
namespace {

struct Caught {
  bool asked = false;
  volatile sig_atomic_t times = 0;
};

bool is_signal(int number) { return number > 0 && number < NSIG; }

/// Handlers get no argument of ours, so the counts have one place for all.
Caught& caught(int number) {
  static std::array<Caught, NSIG> all{};
  return all[static_cast<std::size_t>(number)];
}

void count(int number) {
  Caught& signal = caught(number);
  signal.times = signal.times + 1;
}

/// A fault of its own ends even PID 1.
void fault() {
  constexpr std::size_t kBytes = 1;
  void* page = ::mmap(nullptr, kBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page != MAP_FAILED) *static_cast<volatile char*>(page) = 0;
}

}  // namespace

int catch_signal(int number) noexcept {
  struct sigaction action {};
  action.sa_handler = count;
  action.sa_flags = SA_RESTART;
  ::sigfillset(&action.sa_mask);  // one handler at a time: the counts need no more than that
  if (::sigaction(number, &action, nullptr) == -1) return -1;
  caught(number).asked = true;
  return 0;
}

bool is_caught(int number) noexcept { return is_signal(number) && caught(number).asked; }

int times_caught(int number) noexcept { return is_caught(number) ? caught(number).times : 0; }

Came await_signal(int number, int socket) noexcept {
  // Blocked but for the wait itself, so none can come between the look and the wait. Only here: the
  // mask that the probe was started with is evidence, and so are its descriptors.
  sigset_t set{};
  sigset_t inherited{};
  ::sigemptyset(&set);
  ::sigaddset(&set, number);
  ::sigprocmask(SIG_BLOCK, &set, &inherited);
  pollfd peer{.fd = socket, .events = POLLRDHUP, .revents = 0};
  bool gone = false;
  while (caught(number).times == 0 && !gone) {
    gone = ::ppoll(&peer, 1, nullptr, &inherited) == 1;
  }
  ::sigprocmask(SIG_SETMASK, &inherited, nullptr);
  return caught(number).times > 0 ? Came::yes : Came::nobody_asks_any_more;
}

void die_of(int number) noexcept {
  const rlimit none{};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // a pipe in core_pattern does not ask for the limit
  if (::signal(number, SIG_DFL) == SIG_ERR && number != SIGKILL && number != SIGSTOP) return;
  sigset_t set{};
  ::sigemptyset(&set);
  ::sigaddset(&set, number);
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
  ::kill(::getpid(), number);
  if (number == SIGSEGV) fault();
  ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

pid_t fork_forgetting() noexcept {
  // Blocked meanwhile, or a signal could meet the handler in the child, which would count it.
  sigset_t all{};
  sigset_t inherited{};
  ::sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, &inherited);
  const pid_t child = ::fork();
  const int number = errno;
  for (int signal = 1; child == 0 && signal < NSIG; ++signal) {
    if (is_caught(signal)) ::signal(signal, SIG_DFL);
  }
  ::sigprocmask(SIG_SETMASK, &inherited, nullptr);
  errno = number;
  return child;
}

}  // namespace toolkit::probe
