#include "toolkit/course/tree.hpp"

namespace toolkit::course {

Tree this_tree() {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
  const std::filesystem::path build = program.parent_path().parent_path();
  // A clone that was copied with what was built in it is a clone of its own.
  const std::filesystem::path around = build.parent_path();
  const bool in_a_clone = std::filesystem::exists(around / "labs" / "course.yaml");
  return {.source = in_a_clone ? around : std::filesystem::path(COOPERAGE_SOURCE), .build = build};
}

}  // namespace toolkit::course
