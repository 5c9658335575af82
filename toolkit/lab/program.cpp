#include "toolkit/lab/program.hpp"

#include <cstdio>
#include <exception>

namespace toolkit {
namespace {

constexpr int kFailedBeforeCommand = 125;

}  // namespace

int run_program(const char* name, int argc, char** argv, int (*body)(const Arguments& arguments)) {
  try {
    return body(Arguments(argv + (argc > 0 ? 1 : 0), argv + argc));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return kFailedBeforeCommand;
  }
}

}  // namespace toolkit
