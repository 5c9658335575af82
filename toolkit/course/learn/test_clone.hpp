#pragma once

#include <string>
#include <vector>

#include "toolkit/test/test.hpp"

namespace toolkit::test {

/// A small clone of its own, with a course of two made-up labs, 01-cask and 02-hoop, and the built
/// program `lab` in it. Their programs are compiled as learners' are, their checkers are scripts.
class Clone {
 public:
  Clone();

  /// Writes a file below the clone; parents are made.
  void file(const std::string& name, std::string_view content) const;
  /// The same, and it can be executed.
  void program(const std::string& name, std::string_view script) const;
  [[nodiscard]] std::string read(const std::string& name) const;
  [[nodiscard]] bool has(const std::string& name) const;
  [[nodiscard]] std::string at(const std::string& name) const { return directory_.at(name); }

  /// Runs `lab` in the clone, on a terminal of 80 columns that knows UTF-8, but for the words before it.
  [[nodiscard]] Outcome lab(const std::vector<std::string>& arguments,
                            const std::vector<std::string>& environment = {}) const;
  /// The same command line, for who starts it on a terminal.
  [[nodiscard]] std::vector<std::string> command(
      const std::vector<std::string>& arguments,
      const std::vector<std::string>& environment = {}) const;

 private:
  TempDir directory_;
};

/// Does a text have that part?
bool has(const std::string& text, std::string_view part);

}  // namespace toolkit::test
