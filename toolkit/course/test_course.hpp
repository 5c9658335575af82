#pragma once

#include <string>
#include <string_view>

#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/tree.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::test {

/// A clone with one lab, 04-uts, of three steps, whose programs are compiled by the real compiler
/// and whose checker is a script: a step passes when the program prints its number.
class Course {
 public:
  Course();

  void write(const std::string& name, std::string_view text) const { scratch_.file(name, text); }
  /// Puts a script in the checker's place.
  void set_checker(std::string_view script) const;
  [[nodiscard]] std::string read(const std::string& name) const;
  [[nodiscard]] bool has(const std::string& name) const;
  [[nodiscard]] std::string at(const std::string& name) const { return scratch_.at(name); }
  [[nodiscard]] course::Tree tree() const {
    return {.source = scratch_.path(), .build = scratch_.at("build")};
  }
  [[nodiscard]] course::Lab lab() const;

 private:
  TempDir scratch_;
};

}  // namespace toolkit::test
