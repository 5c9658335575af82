#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit::test {

/// A directory of the test's own, removed with all that is in it.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// The path of an entry in it; with content, the file is written (its parents made).
  std::string file(const std::string& name, std::string_view content) const;
  [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

bool is_root();
/// Can this process make a user namespace, and become root in it?
bool has_user_namespaces();

/// Prints what ctest counts as a skip; with COOPERAGE_REQUIRE=all a skip is a failure.
void report_skip(const std::string& reason);

/// What a program did: its status as a shell gives it, and all that it wrote.
struct Outcome {
  int status = -1;
  std::string out;
  std::string err;
};
/// Runs a program to its end with stdin from /dev/null (or the text given), as the test's own user.
Outcome run(const std::vector<std::string>& command, std::string_view input = {});
/// The path of a built program, by its name below the build directory ("bin/cooper").
std::string built(const std::string& name);

}  // namespace toolkit::test

// Ends the test case as a skip, counted apart. The needs also stand in the case's name: "[root] …".
#define SKIP_UNLESS(condition, reason)    \
  do {                                    \
    if (!(condition)) {                   \
      toolkit::test::report_skip(reason); \
      return;                             \
    }                                     \
  } while (false)
