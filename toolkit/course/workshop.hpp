#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

/// One complaint of the compiler, or of the linker.
struct CompileError {
  std::string file;              ///< below the clone: "labs/04-uts/uts.cpp"; empty: none was named
  int line = 0;                  ///< from 1
  std::string text;              ///< "'foo' was not declared in this scope"
  std::string source_line = {};  ///< what stands there
};

/// A program of a lab, compiled; or why it could not be.
struct Built {
  std::filesystem::path program;
  std::optional<CompileError> error = {};   ///< the first
  std::vector<CompileError> warnings = {};  ///< of a program that could be compiled
  double seconds = 0;                       ///< 0: nothing had changed since it was compiled last
};

/// Whose file is it? A learner's warnings are no errors, nor are those of a program that was made of the
/// solution by a change; that one nobody debugs.
enum class Author { learner, course, made };

/// Compiles the files of a lab in a folder (the learner's, or a copy) into the output, which is
/// replaced when it is done and removed where it can't be. What has not changed is not compiled.
/// Errors and `todo` name the file below labs/, wherever the folder lies.
Built compile(const Tree& tree, const Lab& lab, const std::filesystem::path& folder,
              const std::filesystem::path& output, Author author);

/// Where a learner's program lies: build/labs/04-uts.
std::filesystem::path program_of(const Tree& tree, const Lab& lab);

/// The first error in a line of gcc's or ld's; nothing in any other line.
std::optional<CompileError> read_compile_error(std::string_view line);
/// The warning in a line of gcc's; nothing in any other line.
std::optional<CompileError> read_warning(std::string_view line);

}  // namespace toolkit::course
