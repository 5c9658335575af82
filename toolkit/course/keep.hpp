#pragma once

#include <filesystem>
#include <string_view>

namespace toolkit::course {

/// Gives what root made to the owner of the directory it lies in: under sudo, the clone and all in
/// it stay the learner's. Nothing happens for anybody else.
void give_to_owner(const std::filesystem::path& made);

/// Makes a directory and those above it that are missing, each given to the owner of the one above.
void make_directories(const std::filesystem::path& directory);

/// Writes a file so that it has the old content or the new, never a part.
void write_whole(const std::filesystem::path& file, std::string_view content);

}  // namespace toolkit::course
