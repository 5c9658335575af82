#include "toolkit/cooper/report.hpp"

#include <unistd.h>

#include <cerrno>

#include "toolkit/kernel/advice.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

constexpr int kNotFound = 127;
constexpr int kNotExecutable = 126;

/// The command was looked for in the container, before anything was executed.
Report explain_search(const SystemError& error) {
  if (error.number() == EACCES) {
    return {error.subject() + ": not an executable file in the container", kNotExecutable};
  }
  if (error.subject().find('/') == std::string::npos) {
    return {error.subject() + ": no such command in the container's PATH", kNotFound};
  }
  return {error.subject() + ": no such file in the container", kNotFound};
}

/// What the errno means where containers are made.
std::string advice_of(const SystemError& error) {
  // All that is made by mknod here is an empty file to mount on; the table speaks of devices.
  if (error.operation() == "mknod") return {};
  return std::string(advice(error.operation(), error.number(), error.subject()));
}

/// The kernel refused a file that is there.
Report explain_exec(const SystemError& error) {
  switch (error.number()) {
    case ENOENT:
      return {error.subject() +
                  ": the file is there, but the interpreter or loader that it names is not",
              kNotFound};
    case ENOEXEC:
      return {error.subject() +
                  ": neither a program of this machine nor a script that starts with '#!'",
              kNotExecutable};
    default:
      return {error.what(), kNotExecutable, advice_of(error)};
  }
}

/// What to do about an error that comes of cooper's own ways. Empty where there is nothing to add.
std::string remedy(const SystemError& error) {
  const int number = error.number();
  if (error.operation() == "clone3" && (number == EPERM || number == EACCES)) {
    return "; namespaces are forbidden here: './lab doctor' tells by what";
  }
  if (error.operation() == "mount" && number == EPERM && error.subject().ends_with("/proc")) {
    return "; parts of this machine's own /proc are covered, as in another container: then the "
           "kernel "
           "gives no new one";
  }
  if (error.operation() == "mkdir" && error.subject().rfind('/') == 0 &&
      (number == EROFS || number == EACCES)) {
    return "; the root lacks this directory and can't be written: make it, or take DIR:O";
  }
  if (error.operation() == "move_mount" && number == EINVAL) {
    return "; in the root this must be a directory, and no link to one";
  }
  if (error.operation() == "sysctl" && number == ENOENT) {
    return "; this kernel has no such setting";
  }
  if (error.operation() == "sysctl" && (number == EACCES || number == EPERM)) {
    return "; this kernel lets no user namespace change it";
  }
  if (error.operation() == "open_tree" && number == EINVAL) {
    return "; what is mounted below it may cover what a user namespace must not see: rbind shows "
           "all";
  }
  if (error.operation() == "mknod" && (number == EROFS || number == EACCES || number == EPERM)) {
    return "; the root lacks this file to mount on and can't be written: make it";
  }
  if (error.operation() == "keyctl" && number == EDQUOT) {
    return "; this user has as many keys as /proc/sys/kernel/keys/maxkeys allows";
  }
  if (error.operation() == "chdir") return "; see -w";
  if (error.operation() == "volume" && number == ENOENT)
    return "; the source of a volume must be there";
  return {};
}

}  // namespace

Report explain(const std::exception& error) {
  if (dynamic_cast<const AlreadyTold*>(&error) != nullptr) return {.line = {}};
  const auto* system = dynamic_cast<const SystemError*>(&error);
  if (system == nullptr) return {.line = error.what()};
  if (system->operation() == "command") return explain_search(*system);
  if (system->operation() == "execveat" && system->number() == E2BIG) {
    return {"the command's words and variables are too long for the kernel: " +
                system->code().message(),
            kNotExecutable};
  }
  if (system->operation() == "exec") return explain_exec(*system);
  return {.line = system->what() + remedy(*system), .advice = advice_of(*system)};
}

void say(const Report& report) {
  for (const std::string* line : {&report.line, &report.advice}) {
    if (!line->empty()) say(*line);
  }
}

void say(const std::string& line, LineEnd end) {
  const std::string text = "cooper: " + printable(line);
  try {
    write_all(FdRef(STDERR_FILENO), end == LineEnd::raw ? "\r\n" + text + "\r\n" : text + '\n',
              "stderr");
  } catch (const SystemError&) {  // NOLINT: nobody is there to read it
  }
}

}  // namespace toolkit
