#pragma once

#include <signal.h>

#include <functional>

#include "toolkit/container/request.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit {

/// Does this process get children that it did not make? With the host's processes it does: a container's
/// orphans, see prepare_child().
enum class Orphans { none, reap };

/// The signals that a foreground `run` hands on, held back from this process from here to the end of
/// the scope and readable from a descriptor. Made before the child, so that none is lost.
/// See signalfd(2).
class ForwardedSignals {
 public:
  explicit ForwardedSignals(Orphans orphans = Orphans::none);
  ~ForwardedSignals();
  ForwardedSignals(const ForwardedSignals&) = delete;
  ForwardedSignals& operator=(const ForwardedSignals&) = delete;

  [[nodiscard]] FdRef fd() const noexcept { return fd_; }

 private:
  sigset_t before_{};
  Fd fd_;
};

struct Foreground {
  Input input = Input::none;
  /// The master of the container's terminal; empty without -t.
  Fd console = {};
  /// Called when the command has taken no notice of Ctrl-C three times.
  std::function<void()> on_ignored_interrupt = {};
};

/// Gives the container's terminal the size of the caller's, if that is one. Called before the command
/// starts, which may ask at once; supervise() follows later changes.
void follow_window(FdRef console);

/// Stays with a container in the foreground: hands signals on, carries bytes between the caller's
/// terminal and the container's, follows the window's size; returns when PID 1 has ended.
ExitStatus supervise(Process& process, const ForwardedSignals& signals, Foreground foreground);

}  // namespace toolkit
