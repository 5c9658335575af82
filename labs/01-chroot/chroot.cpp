// chroot --rootfs DIR [--dev] [--] CMD [ARG…]
//
// Becomes CMD with DIR as its root directory:
//  - CMD's "/" is DIR and its working directory is that "/";
//  - no descriptor but 0, 1 and 2 comes with it, so none leads out of DIR;
//  - with --dev, /dev in DIR has null, zero, full, random, urandom and tty, whatever was there;
//  - CMD is looked up in DIR and nowhere else: 127 where there is no such command, 126 where it
//    can't be executed, 125 where this program itself failed.
// What CMD may do, and what it sees of processes, of the network and of mounts, stays as it was.

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "toolkit/kernel/error.hpp"
#include "toolkit/lab/program.hpp"
#include "toolkit/lab/todo.hpp"

namespace {

using toolkit::Arguments;
using toolkit::check;

struct Options {
  std::string rootfs = {};
  bool devices = false;
  Arguments command = {};
};

Options parse(const Arguments& arguments) {
  Options options;
  std::size_t at = 0;
  for (; at < arguments.size() && arguments[at].starts_with("--"); ++at) {
    if (arguments[at] == "--rootfs" && at + 1 < arguments.size()) {
      options.rootfs = arguments[++at];
    } else if (arguments[at] == "--dev") {
      options.devices = true;
    } else if (arguments[at] == "--") {
      ++at;
      break;
    } else {
      throw std::invalid_argument(arguments[at] + " is no option of mine");
    }
  }
  options.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(at), arguments.end());
  if (options.rootfs.empty() || options.command.empty()) {
    throw std::invalid_argument("which one? chroot --rootfs DIR [--dev] [--] CMD [ARG…]");
  }
  return options;
}

/// Makes a directory the root of this process, and stands in it.
void enter(const std::string& rootfs) {
  {
    // TODO(01.1): "/" means this directory
    toolkit::todo("01.1");
  }
  {
    // TODO(01.2): the working directory is the new "/"
    toolkit::todo("01.2");
  }
}

/// A descriptor of a directory outside is a way out that needs no name.
void keep_standard_descriptors() {
  // TODO(01.3): the command gets 0, 1 and 2, and no other descriptor
  toolkit::todo("01.3");
}

struct Device {
  const char* name;
  unsigned major;
  unsigned minor;
};
/// See null(4), full(4), random(4), tty(4).
constexpr std::array kDevices{Device{"null", 1, 3},   Device{"zero", 1, 5},    Device{"full", 1, 7},
                              Device{"random", 1, 8}, Device{"urandom", 1, 9}, Device{"tty", 5, 0}};

void make_device(const std::string& path, const Device& device) {
  // TODO(01.4): a character device for all to read and write, in place of whatever has this name
  toolkit::todo("01.4");
}

void make_devices(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0755) == -1 && errno != EEXIST) {
    toolkit::throw_errno("mkdir", directory);
  }
  for (const Device& device : kDevices) make_device(directory + '/' + device.name, device);
}

/// Turns this process into the command; its exit status where it can't.
int become(Arguments words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  // TODO(01.5): the command, as lab 00 ran it; where it can't be executed, say why: 127 or 126
  toolkit::todo("01.5");
}

int run(const Arguments& arguments) {
  const Options options = parse(arguments);
  enter(options.rootfs);
  keep_standard_descriptors();
  if (options.devices) make_devices("/dev");
  return become(options.command);
}

}  // namespace

int main(int argc, char** argv) { return toolkit::run_program("chroot", argc, argv, run); }
