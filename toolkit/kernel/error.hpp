#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

namespace toolkit {

/// A system call that failed: which one, on what, and errno. `what()` reads "mount '/proc': Operation not permitted".
class SystemError : public std::system_error {
 public:
  SystemError(int number, std::string_view operation, std::string_view subject);

  [[nodiscard]] int number() const noexcept { return code().value(); }
  [[nodiscard]] const std::string& operation() const noexcept { return operation_; }
  [[nodiscard]] const std::string& subject() const noexcept { return subject_; }

 private:
  std::string operation_;
  std::string subject_;
};

/// Throws a SystemError made of errno as it stands.
[[noreturn]] void throw_errno(std::string_view operation, std::string_view subject = {});

/// Turns the -1 of a system call into a SystemError; any other result passes through.
/// The labels are views on purpose: building a string here could change errno before it is read.
template <typename Result>
Result check(Result result, std::string_view operation, std::string_view subject = {}) {
  if (result == static_cast<Result>(-1)) throw_errno(operation, subject);
  return result;
}

}  // namespace toolkit
