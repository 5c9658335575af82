#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit::test {

/// The rules of the house, read from toolkit/README.md: its tables are the rules, not a copy of them.
struct HouseRules {
  using Patterns = std::vector<std::string>;

  /// What a file of kernel/ ("rootfs") may include of its own level, or, without a partner, a file that may be long.
  struct Exception {
    std::string file;
    std::string partner;
    auto operator<=>(const Exception&) const = default;
  };

  std::map<std::string, std::vector<std::string>> below;  ///< folder → the folders it may include
  Patterns tests;                                         ///< files of tests, as fnmatch(3) has it
  std::map<std::string, int> levels;                      ///< module of kernel/ → its level
  std::set<std::string> described;                        ///< folders with a table of modules
  std::set<std::string> modules;                          ///< each that has a line, as "kernel/fd"
  std::map<std::string, Patterns> only_in;   ///< library header ("CLI/") → files, see fnmatch(3)
  std::map<std::string, Patterns> never_in;  ///< heavy header ("iostream") → folders
  std::vector<Exception> exceptions;
};
/// Pure. Throws std::runtime_error for a level that is no number.
HouseRules parse_house_rules(std::string_view readme);

/// One #include.
struct Include {
  int line = 0;
  std::string name;     ///< what stands between the quotes or brackets
  bool quoted = false;  ///< "…" rather than <…>
};
/// Pure; knows no conditions: an include under #if counts.
std::vector<Include> parse_includes(std::string_view source);

}  // namespace toolkit::test
