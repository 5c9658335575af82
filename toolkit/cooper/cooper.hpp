#pragma once

namespace toolkit {

/// The whole of the program `cooper`: reads the command line, runs the verb. Returns the exit status:
/// the command's own, 128 + a signal, 127 not found, 126 not executable, 125 for cooper's own errors.
int cooper(int argc, char** argv);

}  // namespace toolkit
