#include "toolkit/course/clean.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "toolkit/container/state.hpp"
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

void remove_and_tell(const fs::path& directory) {
  constexpr std::uintmax_t kMebi = 1024 * 1024;
  const std::uintmax_t bytes = size_of(directory);
  fs::remove_all(directory);
  fmt::print("removed {} ({} MiB)\n", directory.string(), bytes / kMebi);
}

enum class State { gone, in_use };

/// rmdir(2) takes an empty directory only: a container that starts meanwhile keeps its record.
State remove_state(const std::string& path) {
  if (!fs::exists(path)) return State::gone;
  const StateDirectory state(path);
  for (const Leftover& leftover : sweep(state)) {
    fmt::print("removed what a killed cooper left of container {}{}\n", leftover.id,
               leftover.ended ? fmt::format(", and ended its process {}", *leftover.ended) : "");
  }
  for (const std::string& directory : {state.records(), state.base(), state.path()}) {
    ::rmdir(directory.c_str());
  }
  return fs::exists(state.records()) ? State::in_use : State::gone;
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

int clean(const Tree& tree, const CleanOptions& options) {
  const State state = remove_state(options.state);
  const bool has_images = fs::exists(options.store);
  if (has_images && options.images == Images::removed && state == State::in_use) {
    fmt::print(stderr, "lab: containers run, so their images in {} stay\n", options.store);
    return 1;
  }
  const std::vector<fs::path> trees = build_trees(tree);
  for (const fs::path& directory : trees) remove_and_tell(directory);
  if (trees.empty()) fmt::print("nothing was built here\n");
  if (!has_images) return 0;
  if (options.images == Images::removed) {
    remove_and_tell(options.store);
  } else {
    fmt::print("unpacked images stay in {}; ./lab clean --all removes them\n", options.store);
  }
  return 0;
}

}  // namespace toolkit::course
