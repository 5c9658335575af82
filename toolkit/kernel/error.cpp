#include "toolkit/kernel/error.hpp"

namespace toolkit {
namespace {

std::string label(std::string_view operation, std::string_view subject) {
  std::string text(operation);
  if (!subject.empty()) text.append(" '").append(subject).append("'");
  return text;
}

}  // namespace

SystemError::SystemError(int number, std::string_view operation, std::string_view subject)
    : std::system_error(number, std::system_category(), label(operation, subject)),
      operation_(operation),
      subject_(subject) {}

void throw_errno(std::string_view operation, std::string_view subject) {
  throw SystemError(errno, operation, subject);
}

}  // namespace toolkit
