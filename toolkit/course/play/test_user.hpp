#pragma once

#include <string>
#include <vector>

namespace toolkit::test {

/// Whom a program runs as: the test's own user, or, for root, a normal one.
enum class User { caller, nobody };

inline std::vector<std::string> as(User user, std::vector<std::string> command) {
  if (user == User::nobody) {
    const std::vector<std::string> words = {"setpriv", "--reuid", "65534",
                                            "--regid", "65534",   "--clear-groups"};
    command.insert(command.begin(), words.begin(), words.end());
  }
  return command;
}

}  // namespace toolkit::test
