#include "toolkit/course/clean.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

namespace fs = std::filesystem;

bool was_made_for(const fs::path& source, const fs::path& directory) {
  const fs::path cache = directory / "CMakeCache.txt";
  if (!fs::exists(cache)) return false;
  const std::string text = read_file(cache);
  const std::vector<std::string_view> all = lines(text);
  const std::string wanted = "CMAKE_HOME_DIRECTORY:INTERNAL=" + source.string();
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

}  // namespace

std::vector<fs::path> build_trees(const Tree& tree) {
  std::vector<fs::path> trees;
  for (const fs::path& candidate : {tree.source / "build", tree.build}) {
    const bool listed = std::find(trees.begin(), trees.end(), candidate) != trees.end();
    if (!listed && was_made_for(tree.source, candidate)) trees.push_back(candidate);
  }
  return trees;
}

std::uintmax_t size_of(const fs::path& directory) {
  std::uintmax_t bytes = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file() && !entry.is_symlink()) bytes += entry.file_size();
  }
  return bytes;
}

int clean(const Tree& tree) {
  const std::vector<fs::path> trees = build_trees(tree);
  for (const fs::path& directory : trees) {
    constexpr std::uintmax_t kMebi = 1024 * 1024;
    const std::uintmax_t bytes = size_of(directory);
    fs::remove_all(directory);
    fmt::print("removed {} ({} MiB)\n", directory.string(), bytes / kMebi);
  }
  if (trees.empty()) fmt::print("nothing was built here\n");
  return 0;
}

}  // namespace toolkit::course
