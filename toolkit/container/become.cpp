#include "toolkit/container/become.hpp"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

std::string path_of(const std::vector<std::string>& env) {
  for (const std::string& entry : env) {
    if (entry.starts_with("PATH=")) return entry.substr(5);
  }
  return {};
}

/// errno as exec would have it, or 0 for a file that can be executed.
int executable_error(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == -1) return errno;
  if (!S_ISREG(status.st_mode)) return EACCES;
  constexpr mode_t kForAll = S_IXUSR | S_IXGRP | S_IXOTH;  // as nearly every command is
  if ((status.st_mode & kForAll) == kForAll) return 0;
  return ::access(path.c_str(), X_OK) == 0 ? 0 : EACCES;
}

}  // namespace

std::string find_command(const Command& command) {
  const std::string& name = command.argv.front();
  if (name.find('/') != std::string::npos) {
    if (const int error = executable_error(name)) throw SystemError(error, "command", name);
    return name;
  }
  int worst = ENOENT;
  const std::string path = path_of(command.env);
  for (const std::string_view directory : split(path, ':')) {
    if (name.empty()) break;
    std::string candidate = directory.empty() ? name : std::string(directory) + '/' + name;
    const int error = executable_error(candidate);
    if (error == 0) return candidate;
    if (error == EACCES) worst = EACCES;
  }
  throw SystemError(worst, "command", name);
}

namespace {

/// The words as exec takes them; they must outlive the result.
std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

void become_command(const Command& command, FdRef hop, FdRef errors) {
  const char* mode = command.init == InitProcess::hop ? "init" : "exec";
  std::vector<std::string> argv = {"hop", mode, std::to_string(errors.get()),
                                   find_command(command)};
  argv.insert(argv.end(), command.argv.begin(), command.argv.end());
  std::vector<std::string> env = command.env;
  check(::fcntl(errors.get(), F_SETFD, 0), "fcntl", "error pipe");
  ::syscall(SYS_execveat, hop.get(), "", pointers(argv).data(), pointers(env).data(),
            AT_EMPTY_PATH);
  throw_errno("execveat", "hop");
}

}  // namespace toolkit
