#pragma once

#include <sys/ioctl.h>
#include <sys/types.h>
#include <termios.h>

#include <optional>

#include "toolkit/kernel/fd.hpp"

namespace toolkit {

bool is_terminal(FdRef fd) noexcept;

/// A terminal that passes every byte on as it comes, until the end of the scope. See "Raw mode" in
/// termios(3).
class RawMode {
 public:
  explicit RawMode(FdRef terminal);
  ~RawMode();
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;

 private:
  FdRef terminal_;
  termios before_{};
};

/// Rows and columns; nothing when it is no terminal.
std::optional<winsize> window_size(FdRef terminal) noexcept;
/// The kernel sends SIGWINCH to the foreground process group there.
void set_window_size(FdRef terminal, const winsize& size) noexcept;

/// A new pseudoterminal of the devpts that is mounted here. See pty(7).
struct Pty {
  Fd master;
  Fd slave;
};
/// The slave is opened by way of the master, so no path is trusted. See TIOCGPTPEER in ioctl_tty(2).
Pty open_pty();

/// A session of its own, with that terminal as the controlling one. See TIOCSCTTY in ioctl_tty(2).
void control_terminal(FdRef terminal);

/// The foreground process group of a terminal, as the caller's pid namespace numbers it.
std::optional<pid_t> foreground_group(FdRef terminal) noexcept;

}  // namespace toolkit
