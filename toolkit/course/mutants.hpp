#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit::course {

/// A plausible wrong solution: one change of the right one, and what must catch it.
struct Mutant {
  std::string name;
  std::string why;        ///< what somebody believes who writes it
  std::string file;       ///< of the solution: "uts.cpp"
  std::string find;       ///< stands in the file exactly once
  std::string replace;    ///< what stands in its place
  std::string caught_by;  ///< the step or case that fails first: "03.3", "03.3a"
  std::string hint;       ///< the ladder that answers it
};

/// Reads mutants.yaml. Throws std::runtime_error, "solutions/04-uts/mutants.yaml:7: …".
std::vector<Mutant> parse_mutants(std::string_view yaml, const std::string& file);

/// How often a text stands in a source. Its lines after the first may be indented further there, as
/// far as the line that the first one stands in.
std::size_t occurrences(std::string_view source, std::string_view find);

/// The source with the change; nothing unless the text to be found stands in it exactly once.
std::optional<std::string> apply_mutant(const Mutant& mutant, std::string_view source);

}  // namespace toolkit::course
