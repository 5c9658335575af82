#include "toolkit/course/learn/keys.hpp"

#include <unistd.h>

#include <cerrno>

#include "toolkit/kernel/error.hpp"

namespace toolkit::course {

Keys::Keys(FdRef terminal) : terminal_(terminal) {
  check(::tcgetattr(terminal_.get(), &before_), "tcgetattr");
  set(CtrlC::key);
}

Keys::~Keys() { ::tcsetattr(terminal_.get(), TCSANOW, &before_); }

void Keys::set(CtrlC meaning) {
  termios now = before_;
  now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  if (meaning == CtrlC::key) now.c_lflag &= ~static_cast<tcflag_t>(ISIG);
  now.c_cc[VMIN] = 1;
  now.c_cc[VTIME] = 0;
  check(::tcsetattr(terminal_.get(), TCSANOW, &now), "tcsetattr");
}

char Keys::next() const {
  char key = 0;
  ssize_t got = 0;
  do {
    got = ::read(terminal_.get(), &key, 1);
  } while (got == -1 && errno == EINTR);
  return got == 1 ? key : '\0';
}

}  // namespace toolkit::course
