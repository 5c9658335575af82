#include "toolkit/check/verdict.hpp"

#include <utility>

namespace toolkit::checks {

// They are no std::exception, so that no catch for the checker's own faults takes a verdict for one.
void fail(Failure failure) {
  throw Failed{std::move(failure)};
}  // NOLINT(hicpp-exception-baseclass)
void skip(const std::string& reason, const std::string& remedy) {
  throw Skipped{reason, remedy};  // NOLINT(hicpp-exception-baseclass)
}

}  // namespace toolkit::checks
