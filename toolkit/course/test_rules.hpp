#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/course/hints.hpp"
#include "toolkit/course/mutants.hpp"

namespace toolkit::test {

/// What is wrong with something, a line each.
using Faults = std::vector<std::string>;

/// The words in a source that name a ladder: in quotes, of small letters, with a dash ("pivot-busy"),
/// or after `hint = ` or `hint == `.
std::vector<std::string> hints_in(std::string_view source);
/// Only those after `hint = `.
std::vector<std::string> hints_given(std::string_view source);

/// Hints that a lab's check gives, or its mutants expect, and that have no ladder; and ladders of its
/// own that neither of them names.
Faults hint_faults(std::string_view check, const std::vector<course::Mutant>& mutants,
                   const std::vector<course::Ladder>& own,
                   const std::vector<course::Ladder>& common);

/// Ladders for all labs that none of the sources names.
Faults unused_ladders(const std::vector<course::Ladder>& common,
                      const std::vector<std::string>& sources);

/// Mutants that name a check that is not there, and a lab that has too few of them.
Faults mutant_faults(const std::vector<course::Mutant>& mutants,
                     const std::vector<std::string>& checks);

/// Steps of the solution without a check, and checks without a step.
Faults step_faults(const std::vector<std::string>& steps, const std::vector<std::string>& checks);

/// Links in a file of Markdown that lead to no file.
Faults link_faults(const std::filesystem::path& file);

/// The words of a guide that are read: not those in blocks of code.
std::size_t words_to_read(std::string_view markdown);

/// The names that `nm -u` tells of.
std::vector<std::string> undefined_names(std::string_view nm);

}  // namespace toolkit::test
