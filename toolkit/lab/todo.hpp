#pragma once

#include <stdexcept>

namespace toolkit {

/// The program came to a step that its learner has not written yet. `what()` reads
/// "labs/04-uts/uts.cpp:55: step 04.2 is not written yet".
class NotWritten : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Stands where a step is to be written; write the step in its place. Throws NotWritten, so that no
/// value is missing behind it and destructors undo what the program did so far.
[[noreturn]] void todo(const char* step, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE());

}  // namespace toolkit
