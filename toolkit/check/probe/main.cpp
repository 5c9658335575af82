// The payload: the command that a learner's program starts, and that the checker then talks to. It
// says hello on standard output, a socket of the checker to which the kernel adds this process's pid,
// and answers each command with one line. It is static and needs nothing of the root it runs in.
//
//   probe WORD [ARG…]
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toolkit/check/probe/commands.hpp"
#include "toolkit/check/probe/files.hpp"

namespace toolkit::probe {
namespace {

bool is_socket(int fd) {
  struct stat entry {};
  return ::fstat(fd, &entry) == 0 && S_ISSOCK(entry.st_mode);
}

/// Ends the process when there is nobody to hear it.
void say(Text& text) {
  if (write_whole(kSocket, text.add("\n").view()) == -1) ::_exit(0);
}

/// Commands out of a stream, or of messages: a line each.
class Lines {
 public:
  /// The next line, ended by a zero byte instead of its newline; nullptr when it is too long. The
  /// end of the input ends the process.
  char* next() {
    bool too_long = false;
    discard(taken_);
    for (;;) {
      void* newline = ::memchr(buffer_.data(), '\n', size_);
      if (newline != nullptr) {
        char* end = static_cast<char*>(newline);
        *end = '\0';
        taken_ = static_cast<std::size_t>(end - buffer_.data()) + 1;
        return too_long || taken_ > kLongestLine ? nullptr : buffer_.data();
      }
      if (size_ > kLongestLine) {
        too_long = true;
        size_ = 0;
      }
      fill();
    }
  }

 private:
  void discard(std::size_t bytes) {
    size_ -= bytes;
    ::memmove(buffer_.data(), buffer_.data() + bytes, size_);
  }
  void fill() {
    const ssize_t got = ::read(kSocket, buffer_.data() + size_, buffer_.size() - size_);
    if (got > 0) {
      size_ += static_cast<std::size_t>(got);
    } else if (got == -1 && errno == EAGAIN) {
      pollfd ready{.fd = kSocket, .events = POLLIN, .revents = 0};
      ::poll(&ready, 1, -1);
    } else if (got == 0 || errno != EINTR) {
      ::_exit(0);
    }
  }

  std::array<char, 3 * kLongestLine> buffer_;  // a line, and a message as long behind it
  std::size_t size_ = 0;
  std::size_t taken_ = 0;
};

[[noreturn]] void answer_commands(const Arguments& arguments) {
  Lines lines;
  Text answer;
  answer.add("hello ").add_one_line(arguments.count > 1 ? arguments.values[1] : "-");
  say(answer.add(" ").add_pid(::getpid()));
  for (;;) {
    answer.clear();
    char* line = lines.next();
    if (line == nullptr) {
      answer.add("!EMSGSIZE");
    } else {
      run_command(arguments, line, answer);
    }
    say(answer);
  }
}

}  // namespace
}  // namespace toolkit::probe

int main(int argc, char** argv) {
  const toolkit::probe::Arguments arguments{.count = argc, .values = argv};
  if (toolkit::probe::is_socket(toolkit::probe::kSocket)) {
    toolkit::probe::answer_commands(arguments);
  }
  toolkit::probe::Text text;
  toolkit::probe::introduce(arguments, text);
  toolkit::probe::write_whole(toolkit::probe::kSocket, text.view());
  return 0;
}
