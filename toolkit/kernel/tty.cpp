#include "toolkit/kernel/tty.hpp"

#include <unistd.h>

#include "toolkit/kernel/error.hpp"

namespace toolkit {

bool is_terminal(FdRef fd) noexcept { return ::isatty(fd.get()) == 1; }

RawMode::RawMode(FdRef terminal) : terminal_(terminal) {
  check(::tcgetattr(terminal.get(), &before_), "tcgetattr");
  termios raw = before_;
  ::cfmakeraw(&raw);
  check(::tcsetattr(terminal.get(), TCSANOW, &raw), "tcsetattr");
}

RawMode::~RawMode() { ::tcsetattr(terminal_.get(), TCSANOW, &before_); }

std::optional<winsize> window_size(FdRef terminal) noexcept {
  winsize size{};
  if (::ioctl(terminal.get(), TIOCGWINSZ, &size) == -1) return {};
  return size;
}

void set_window_size(FdRef terminal, const winsize& size) noexcept {
  ::ioctl(terminal.get(), TIOCSWINSZ, &size);
}

Pty open_pty() {
  Fd master = open_file("/dev/ptmx", O_RDWR | O_NOCTTY);
  int locked = 0;
  check(::ioctl(master.get(), TIOCSPTLCK, &locked), "ioctl", "TIOCSPTLCK");
  const int slave = ::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  return {.master = std::move(master), .slave = Fd(check(slave, "ioctl", "TIOCGPTPEER"))};
}

void control_terminal(FdRef terminal) {
  check(::setsid(), "setsid");
  check(::ioctl(terminal.get(), TIOCSCTTY, 0), "ioctl", "TIOCSCTTY");
}

std::optional<pid_t> foreground_group(FdRef terminal) noexcept {
  pid_t group = 0;
  if (::ioctl(terminal.get(), TIOCGPGRP, &group) == -1) return {};
  return group;
}

}  // namespace toolkit
