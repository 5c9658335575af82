#pragma once

#include <termios.h>

#include <cstdint>

#include "toolkit/kernel/fd.hpp"

namespace toolkit::course {

/// What Ctrl-C is: a key like others, while one waits for keys, or the signal that it always is.
enum class CtrlC : std::uint8_t { key, signal };

/// A terminal that passes each key on at once and does not show it, until the end of the scope.
/// What is printed is printed as before. See termios(3).
class Keys {
 public:
  explicit Keys(FdRef terminal);
  ~Keys();
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;

  [[nodiscard]] FdRef fd() const noexcept { return terminal_; }
  void set(CtrlC meaning);
  /// The next key; 0 when the terminal is gone.
  [[nodiscard]] char next() const;

 private:
  FdRef terminal_;
  termios before_{};
};

}  // namespace toolkit::course
