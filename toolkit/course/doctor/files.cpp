#include "toolkit/course/doctor/files.hpp"

#include <unistd.h>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit::course {

std::optional<std::string> read_if_there(const std::string& path) {
  try {
    return read_file(path);
  } catch (const SystemError&) {
    return {};
  }
}

bool may_write(const std::string& path) { return ::eaccess(path.c_str(), W_OK) == 0; }
bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace toolkit::course
