#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit::test {

/// How a probe is started; `before` runs in it, right before its exec.
struct TalkOptions {
  std::vector<std::string> arguments = {"k2x9"};
  std::string program = {};  ///< empty: where it was built
  int socket_type = 1;       ///< SOCK_STREAM
  std::function<void()> before = [] {};
};

/// A probe and the other end of its socket. Its first line was read when the constructor is done.
class Talk {
 public:
  explicit Talk(const TalkOptions& options = {});

  [[nodiscard]] const std::string& hello() const noexcept { return hello_; }
  /// The pid that the kernel attached to the last answer.
  [[nodiscard]] pid_t told_pid() const noexcept { return told_pid_; }
  [[nodiscard]] Process& process() noexcept { return process_; }

  void send(const std::string& text);
  /// The next line, without its newline; "" when the probe has closed its end.
  std::string line();
  std::string ask(const std::string& command);
  /// Closes this end and waits.
  ExitStatus hang_up();

 private:
  static Process start(const TalkOptions& options, const SocketPair& sockets);

  SocketPair sockets_;
  Process process_;
  std::string hello_;
  std::string pending_;
  pid_t told_pid_ = 0;
};

/// A directory with the probe in it and no more, for a root.
void make_bare_root(const std::string& directory);

}  // namespace toolkit::test
