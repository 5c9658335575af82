#include "toolkit/check/trace_calls.hpp"

#include <algorithm>
#include <iterator>

namespace toolkit::checks {
namespace {

using enum Kind;

// On both architectures; where they differ in the order of arguments (clone), what is left out differs.
constexpr CallShape kShapes[] = {
    {"fork", Show::always, 0, {}},
    {"vfork", Show::always, 0, {}},
    {"clone", Show::always, 0, {clone_flags}},
    {"clone3", Show::always, 0, {clone_args}},
    {"execve", Show::always, 0, {text, words}},
    {"execveat", Show::always, 1, {directory, text, words, skip, at_flags}},
    {"wait4", Show::always, 0, {number, skip, wait_flags}},
    {"waitid", Show::always, 1, {number, number, skip, wait_flags}},
    {"kill", Show::always, 0, {number, signal}},
    {"tgkill", Show::always, 1, {number, number, signal}},
    {"pidfd_send_signal", Show::always, 0, {descriptor, signal}},
    {"pidfd_open", Show::always, 0, {number}},
    {"exit_group", Show::always, 0, {number}},
    {"setsid", Show::always, 0, {}},
    {"setpgid", Show::always, 0, {number, number}},
    {"unshare", Show::always, 0, {unshare_flags}},
    {"setns", Show::always, 0, {descriptor, unshare_flags}},
    {"mount", Show::always, 1, {text, text, text, mount_flags, text}},
    {"umount2", Show::always, 0, {text, umount_flags}},
    {"pivot_root", Show::always, 0, {text, text}},
    {"chroot", Show::always, 0, {text}},
    {"chdir", Show::always, 0, {text}},
    {"fchdir", Show::always, 0, {descriptor}},
    {"open_tree", Show::always, 1, {directory, text, open_tree_flags}},
    {"move_mount", Show::always, 3, {directory, text, directory, text, move_flags}},
    {"mount_setattr", Show::always, 1, {directory, text, at_flags, attributes}},
    {"fsopen", Show::always, 0, {text}},
    {"fsconfig", Show::always, 2, {descriptor, number, text}},
    {"fsmount", Show::always, 0, {descriptor}},
    {"mkdir", Show::always, 0, {text, mode}},
    {"mkdirat", Show::always, 1, {directory, text, mode}},
    {"mknod", Show::always, 0, {text, file_mode, device}},
    {"mknodat", Show::always, 1, {directory, text, file_mode, device}},
    {"rmdir", Show::always, 0, {text}},
    {"unlink", Show::always, 0, {text}},
    {"unlinkat", Show::always, 1, {directory, text, at_flags}},
    {"symlink", Show::always, 1, {text, text}},
    {"symlinkat", Show::always, 2, {text, directory, text}},
    {"link", Show::always, 1, {text, text}},
    {"linkat", Show::always, 3, {directory, text, directory, text, at_flags}},
    {"rename", Show::always, 0, {text, text}},
    {"renameat2", Show::always, 1, {directory, text, directory, text, hex}},
    {"chmod", Show::always, 0, {text, mode}},
    {"fchmodat", Show::always, 1, {directory, text, mode}},
    {"fchmod", Show::always, 0, {descriptor, mode}},
    {"chown", Show::always, 0, {text, number, number}},
    {"fchownat", Show::always, 1, {directory, text, number, number, at_flags}},
    {"fchown", Show::always, 0, {descriptor, number, number}},
    {"open", Show::always, 0, {text, open_flags, creation_mode}},
    {"openat", Show::always, 1, {directory, text, open_flags, creation_mode}},
    {"openat2", Show::always, 1, {directory, text, open_how}},
    {"write", Show::failure, 0, {descriptor, counted, number}},
    {"pwrite64", Show::failure, 0, {descriptor, counted, number, number}},
    {"read", Show::failure, 0, {descriptor}},
    {"dup", Show::always, 0, {descriptor}},
    {"dup2", Show::always, 0, {descriptor, number}},
    {"dup3", Show::always, 0, {descriptor, number, open_flags}},
    {"sethostname", Show::always, 0, {counted, number}},
    {"setdomainname", Show::always, 0, {counted, number}},
    {"setuid", Show::always, 0, {number}},
    {"setgid", Show::always, 0, {number}},
    {"setreuid", Show::always, 0, {number, number}},
    {"setregid", Show::always, 0, {number, number}},
    {"setresuid", Show::always, 0, {number, number, number}},
    {"setresgid", Show::always, 0, {number, number, number}},
    {"setgroups", Show::always, 0, {number, ids}},
    {"capset", Show::always, 1, {skip, capabilities}},
    {"prctl", Show::always, 0, {prctl, prctl_value}},
    {"seccomp", Show::always, 0, {number, hex}},
    {"rt_sigaction", Show::always, 0, {signal, handler}},
    {"ptrace", Show::always, 1, {number, number}},
    {"clock_settime", Show::always, 0, {number}},
    {"clock_adjtime", Show::always, 0, {number}},
    {"settimeofday", Show::always, 0, {}},
    {"adjtimex", Show::always, 0, {}},
    {"socket", Show::always, 0, {family, socket_type, number}},
    {"bind", Show::always, 1, {descriptor, address}},
    {"connect", Show::always, 1, {descriptor, address}},
    {"setsockopt", Show::always, 0, {descriptor, number, number}},
    {"sendto", Show::always, 0, {descriptor, message, number}},
    {"recvfrom", Show::always, 0, {descriptor, skip, number}},
    {"sendmsg", Show::always, 0, {descriptor}},
    {"recvmsg", Show::always, 0, {descriptor}},
    {"fchmodat2", Show::always, 1, {directory, text, mode, at_flags}},
    {"setrlimit", Show::failure, 0, {number}},
    {"prlimit64", Show::failure, 0, {number, number}},
    {"rt_sigprocmask", Show::failure, 0, {number}},
};

}  // namespace

const CallShape* shape_of(std::string_view name) {
  const auto* found = std::find_if(std::begin(kShapes), std::end(kShapes),
                                   [&](const CallShape& shape) { return shape.name == name; });
  return found != std::end(kShapes) ? found : nullptr;
}

}  // namespace toolkit::checks
