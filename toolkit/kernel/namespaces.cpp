// Born in labs 04 to 10 and 17.
#include "toolkit/kernel/namespaces.hpp"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

#include "toolkit/kernel/error.hpp"

namespace toolkit {
namespace {

std::string proc_file(pid_t pid, Ns kind) {
  return "/proc/" + std::to_string(pid) + "/ns/" + proc_name(kind);
}

}  // namespace

const char* proc_name(Ns kind) {
  switch (kind) {
    case Ns::mount:
      return "mnt";
    case Ns::cgroup:
      return "cgroup";
    case Ns::uts:
      return "uts";
    case Ns::ipc:
      return "ipc";
    case Ns::user:
      return "user";
    case Ns::pid:
      return "pid";
    case Ns::net:
      return "net";
    case Ns::time:
      return "time";
    case Ns::none:
      break;
  }
  throw std::invalid_argument("a namespace's file is of one kind");
}

void unshare(Ns kinds) { check(::unshare(static_cast<int>(flags(kinds))), "unshare"); }

Fd open_namespace(pid_t pid, Ns kind) { return open_file(proc_file(pid, kind), O_RDONLY); }

void enter(FdRef ns, Ns kind) {
  check(::setns(ns.get(), static_cast<int>(flags(kind))), "setns", proc_name(kind));
}

ino_t namespace_id(pid_t pid, Ns kind) {
  const std::string path = proc_file(pid, kind);
  struct stat file {};
  check(::stat(path.c_str(), &file), "stat", path);
  return file.st_ino;
}

void set_hostname(const std::string& name) {
  check(::sethostname(name.data(), name.size()), "sethostname", name);
}

void bring_loopback_up() {
  const Fd socket(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");  // NOLINT: fits
  request.ifr_flags = IFF_UP;
  check(::ioctl(socket.get(), SIOCSIFFLAGS, &request), "ioctl", "SIOCSIFFLAGS lo");
}

}  // namespace toolkit
