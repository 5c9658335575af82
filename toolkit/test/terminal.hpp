#pragma once

#include <string>
#include <vector>

#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit::test {

/// A terminal with a program in it, as a person sits at one: it has a size, it echoes, Ctrl-C on it is
/// a signal. The program has a session of its own, with the terminal as the controlling one.
class Typist {
 public:
  struct Size {
    unsigned short rows = 24;
    unsigned short columns = 80;
  };
  Typist(const std::vector<std::string>& command, Size size);

  void type(const std::string& keys);
  void resize(Size size);
  /// Reads until the text appears; everything since the last call, that text included. Fails the case
  /// when the terminal closes first.
  std::string wait_for(const std::string& text);
  /// All that is still to come until the program has ended.
  std::string rest();
  /// Closes the terminal under the program, and waits for its end.
  void hang_up();
  /// Its status as a shell gives it.
  int status();

 private:
  bool read_more();

  Fd master_;
  Process process_;
  std::string unread_;
};

}  // namespace toolkit::test
