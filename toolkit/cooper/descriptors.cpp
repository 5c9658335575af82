#include "toolkit/cooper/descriptors.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>

#include "toolkit/kernel/error.hpp"

namespace toolkit {

void tidy_descriptors() {
  check(::syscall(SYS_close_range, 3U, ~0U, 0U), "close_range");
  constexpr std::array kNames = {"stdin", "stdout", "stderr"};
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    struct stat status {};
    if (::fstat(fd, &status) == -1) {
      check(::open("/dev/null", O_RDWR), "open", "/dev/null");  // the lowest number is this one
    } else if (S_ISDIR(status.st_mode)) {
      throw std::runtime_error(std::string(kNames.at(static_cast<std::size_t>(fd))) +
                               ": a directory of the host is nothing to hand to a container");
    }
  }
}

}  // namespace toolkit
