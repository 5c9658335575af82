#include "toolkit/test/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/tty.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::test {
namespace {

winsize window(Typist::Size size) {
  return {.ws_row = size.rows, .ws_col = size.columns, .ws_xpixel = 0, .ws_ypixel = 0};
}

Process start_on(Fd& master, std::vector<std::string> command, Typist::Size size) {
  Pty pty = open_pty();
  set_window_size(pty.master, window(size));
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  Process process = Process::spawn({}, [&] {
    control_terminal(pty.slave);
    for (const int fd : {0, 1, 2}) check(::dup2(pty.slave.get(), fd), "dup2");
    check(::execvp(argv[0], argv.data()), "exec", command.front());
  });
  master = std::move(pty.master);
  return process;
}

}  // namespace

Typist::Typist(const std::vector<std::string>& command, Size size)
    : process_(start_on(master_, command, size)) {
  process_.await_exec();
}

void Typist::type(const std::string& keys) { write_all(master_, keys, "terminal"); }

void Typist::resize(Size size) { set_window_size(master_, window(size)); }

bool Typist::read_more() {
  constexpr int kHung = 20'000;  // milliseconds without a byte: far beyond what anything here takes
  pollfd readable{.fd = master_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&readable, 1, kHung) != 1) FAIL("nothing more comes; the terminal shows: ", unread_);
  std::array<char, 4096> chunk{};
  const ssize_t got = ::read(master_.get(), chunk.data(), chunk.size());
  if (got <= 0) return false;  // EIO: the last one at the other side has closed it
  unread_.append(chunk.data(), static_cast<std::size_t>(got));
  return true;
}

std::string Typist::wait_for(const std::string& text) {
  while (true) {
    const std::size_t at = unread_.find(text);
    if (at != std::string::npos) {
      std::string seen = unread_.substr(0, at + text.size());
      unread_.erase(0, seen.size());
      return seen;
    }
    if (!read_more()) FAIL("the terminal closed before '", text, "' came; it showed: ", unread_);
  }
}

std::string Typist::rest() {
  while (read_more()) {
  }
  return std::exchange(unread_, {});
}

void Typist::hang_up() {
  master_.reset();
  process_.wait();
}

int Typist::status() {
  rest();
  return process_.wait().shell_code();
}

}  // namespace toolkit::test
