#pragma once

#include <stdexcept>

namespace toolkit::course {

/// What was typed can't be meant: the exit status is 2, as for options that are not known.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace toolkit::course
