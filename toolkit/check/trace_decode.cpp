#include "toolkit/check/trace_decode.hpp"

#include <cerrno>
#include <string_view>

#include "toolkit/check/syscalls.hpp"
#include "toolkit/check/trace_arguments.hpp"
#include "toolkit/check/trace_calls.hpp"

namespace toolkit::checks {
namespace {

/// The loader and libc open files of their own on the way; who reads the story knows that.
bool is_library_file(std::string_view path) {
  for (const std::string_view prefix :
       {"/lib/", "/lib64/", "/usr/lib/", "/etc/ld.so.", "/usr/share/locale/"}) {
    if (path.starts_with(prefix)) return true;
  }
  return false;
}

/// Does this call only look?
bool is_question(const DecodedCall& decoded, const RawCall& call) {
  if (decoded.name == "openat" || decoded.name == "open") return is_library_file(decoded.subject);
  constexpr std::size_t kNewAction = 1;
  return decoded.name == "rt_sigaction" && call.arguments[kNewAction] == 0;
}

/// A write by which the kernel is told something: maps, offsets, groups, settings.
bool is_order(const DecodedCall& decoded) {
  const bool writes = decoded.name == "write" || decoded.name == "pwrite64";
  return writes && (decoded.subject.starts_with("/proc/") || decoded.subject.starts_with("/sys/"));
}

}  // namespace

DecodedCall decode(const ProcessView& process, const RawCall& call) {
  DecodedCall decoded;
  decoded.name = syscall_name(call.number);
  if (decoded.name.empty()) decoded.name = "syscall_" + std::to_string(call.number);
  const CallShape* shape = shape_of(decoded.name);
  if (shape == nullptr) {
    decoded.text = decoded.name + "(…)";
    return decoded;
  }
  decoded.show = shape->show;
  std::size_t next = 0;
  for (std::size_t i = 0; i < shape->kinds.size() && shape->kinds[i] != Kind::end; ++i) {
    const Argument argument = show(process, call, shape->kinds[i], next++);
    if (argument.text.empty()) continue;  // one that says nothing, or went into another
    decoded.text += decoded.text.empty() ? argument.text : ", " + argument.text;
    if (i == shape->subject) decoded.subject = argument.plain;
  }
  decoded.text = decoded.name + "(" + decoded.text + ")";
  if (is_order(decoded)) decoded.show = Show::always;
  if (is_question(decoded, call)) decoded.show = Show::odd_failure;
  return decoded;
}

bool is_worth_telling(const DecodedCall& call, int error) {
  switch (call.show) {
    case Show::always:
      return true;
    case Show::failure:
      return error != 0 && error != EAGAIN && error != EINTR;
    case Show::odd_failure:
      break;
  }
  if (call.name.starts_with("readlink")) return false;
  // The answers to questions that libraries ask of every machine.
  for (const int usual : {0, ENOENT, ENOTTY, ESPIPE, EAGAIN, EINTR, ENOSYS, ENOTSOCK}) {
    if (error == usual) return false;
  }
  return true;
}

}  // namespace toolkit::checks
