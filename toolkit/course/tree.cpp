#include "toolkit/course/tree.hpp"

namespace toolkit::course {

Tree this_tree() {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
  return {.source = COOPERAGE_SOURCE, .build = program.parent_path().parent_path()};
}

}  // namespace toolkit::course
