#include "toolkit/course/map.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "toolkit/course/learn/map_screen.hpp"
#include "toolkit/course/learn/session.hpp"
#include "toolkit/course/usage.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

const Track& track_called(const Catalogue& catalogue, const std::string& name) {
  const auto found = std::find_if(catalogue.tracks.begin(), catalogue.tracks.end(),
                                  [&](const Track& track) { return track.name == name; });
  if (found != catalogue.tracks.end()) return *found;
  std::string known;
  for (const Track& track : catalogue.tracks) known += ' ' + track.name;
  throw UsageError(fmt::format("no track '{}'; known are:{}", printable(name), known));
}

}  // namespace

int map(const Tree& tree, const MapOptions& options) {
  const Catalogue catalogue = read_catalogue(tree.source);
  const Progress progress = read_progress(state_of(tree));
  const std::vector<LabStanding> all = lab_standings(catalogue, progress);
  const Track* track = options.track.empty() ? nullptr : &track_called(catalogue, options.track);
  fmt::print("{}", render_map(catalogue, all, where_to_go(catalogue, all, checked_last(progress)),
                              track, look_of_stdout()));
  return 0;
}

int next_lab(const Tree& tree) {
  const Catalogue catalogue = read_catalogue(tree.source);
  const Progress progress = read_progress(state_of(tree));
  const std::vector<LabStanding> all = lab_standings(catalogue, progress);
  fmt::print("{}", render_next(catalogue, all, where_to_go(catalogue, all, checked_last(progress)),
                               look_of_stdout()));
  return 0;
}

}  // namespace toolkit::course
