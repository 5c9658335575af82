// Born in labs 04 to 10 and 17.
#include "toolkit/kernel/namespaces.hpp"

#include <linux/nsfs.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
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

void enter_of(FdRef pidfd, Ns kinds) {
  check(::setns(pidfd.get(), static_cast<int>(flags(kinds))), "setns", "pidfd");
}

Fd open_namespace_at(const std::string& path, Ns kind) {
  Fd ns =
      open_file(path, O_RDONLY | O_NONBLOCK);  // who opens a FIFO to read would wait for a writer
  const int type = ::ioctl(ns.get(), NS_GET_NSTYPE);
  if (type == -1) throw std::runtime_error("'" + path + "' is no namespace");
  if (static_cast<std::uint64_t>(type) != flags(kind)) {
    throw std::runtime_error("'" + path + "' is a namespace of another kind than " +
                             proc_name(kind));
  }
  return ns;
}

Fd owner_of(FdRef ns) { return Fd(check(::ioctl(ns.get(), NS_GET_USERNS), "NS_GET_USERNS")); }

ino_t namespace_id(FdRef ns) {
  struct stat file {};
  check(::fstat(ns.get(), &file), "fstat", "namespace");
  return file.st_ino;
}

ino_t namespace_id(pid_t pid, Ns kind) {
  const std::string path = proc_file(pid, kind);
  struct stat file {};
  check(::stat(path.c_str(), &file), "stat", path);
  return file.st_ino;
}

void persist(FdRef ns, const std::string& path) {
  open_file(path, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0444).reset();
  if (::mount(proc_path(ns).c_str(), path.c_str(), nullptr, MS_BIND, nullptr) == 0) return;
  const int error = errno;
  ::unlink(path.c_str());
  throw SystemError(error, "mount", path);
}

void forget(const std::string& path) {
  check(::umount2(path.c_str(), MNT_DETACH), "umount2", path);
  check(::unlink(path.c_str()), "unlink", path);
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
