#pragma once

#include <vector>

namespace toolkit::course {

/// A program that something here runs or a guide shows, and the packages that have it.
struct Tool {
  const char* name;
  const char* debian;
  const char* fedora;
};

/// All of them, in the order in which the doctor names them.
const std::vector<Tool>& known_tools();

}  // namespace toolkit::course
