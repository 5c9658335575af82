#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit::course {

/// What is said of one state, if asked three times: where to look, the concept, almost the line.
struct Ladder {
  std::string id;
  std::array<std::string, 3> rungs;
};

/// Reads "## id" and the numbered list of three below it, for each. Lines of a rung are joined.
/// Throws std::runtime_error, "labs/04-uts/hints.md:7: …", where something else stands.
std::vector<Ladder> parse_hints(std::string_view markdown, const std::string& file);

/// The ladders of a lab: its own, then those common to all labs that it does not have itself.
/// `folder` is the lab's below the clone: "labs/04-uts".
std::vector<Ladder> read_hints(const std::filesystem::path& source,
                               const std::filesystem::path& folder);

/// The ladder of an id; nullptr when there is none.
const Ladder* find_ladder(const std::vector<Ladder>& ladders, std::string_view id);

}  // namespace toolkit::course
