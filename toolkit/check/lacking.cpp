#include "toolkit/check/lacking.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>

#include "toolkit/check/verdict.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

constexpr std::array kAll{Ns::user, Ns::mount, Ns::pid,    Ns::uts,
                          Ns::ipc,  Ns::net,   Ns::cgroup, Ns::time};

std::string limit_of(Ns kind) { return std::string("max_") + proc_name(kind) + "_namespaces"; }

/// The number in a file of /proc/sys, or nothing where there is no such file.
std::optional<std::uint64_t> setting(const std::string& path) {
  try {
    return parse_number(trim(read_file("/proc/sys/" + path)));
  } catch (const SystemError&) {
    return {};
  }
}

/// errno of making one namespace of a kind, in a user namespace of its own where that can be; or 0.
int try_to_make(Ns kind) {
  const Ns users = ::geteuid() == 0 ? Ns::none : Ns::user;
  try {
    // The kernel makes a time namespace for children alone; unshare(2) is asked, not clone3.
    Process child = Process::spawn({.namespaces = kind == Ns::user ? Ns::none : users},
                                   [kind] { unshare(kind); });
    child.await_exec();
    return 0;
  } catch (const SystemError& error) {
    return error.number();
  }
}

[[noreturn]] void skip_for(Ns kind, int error) {
  const std::string name = proc_name(kind);
  const std::string needed = ", and the checks of this lab need them";
  if (setting("user/" + limit_of(kind)) == 0) {
    skip("no " + name + " namespace can be made here: /proc/sys/user/" + limit_of(kind) + " is 0" +
             needed,
         "sudo sysctl -w user." + limit_of(kind) + "=15000");
  }
  if (error == EINVAL) {
    skip("this kernel has no " + name + " namespaces" + needed,
         "./lab doctor says which kernels have them");
  }
  if (error == ENOSPC || error == EUSERS) {
    skip("no further " + name + " namespace can be made here: /proc/sys/user/" + limit_of(kind) +
             " is used up, or 0 in a user namespace around this one" + needed,
         "raise user." + limit_of(kind) + " out there, or end what holds them");
  }
  skip("no " + name + " namespace can be made here (EPERM)" + needed,
       "./lab doctor says what forbids it and what to type");
}

}  // namespace

void skip_what_lacks(Ns kinds, int error) {
  if (error != 0 && error != ENOSPC && error != EPERM && error != EINVAL && error != EUSERS) return;
  for (const Ns kind : kAll) {
    if (!has(kinds, kind)) continue;
    if (const int refused = try_to_make(kind); refused != 0) skip_for(kind, refused);
  }
}

}  // namespace toolkit::checks
