#pragma once

#include <string>
#include <vector>

#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/learn/standing.hpp"
#include "toolkit/course/screen/look.hpp"

namespace toolkit::course {

/// The map of the course: its parts, what is done, where one is, the command to type next. With a track,
/// only its labs. Pure.
std::string render_map(const Catalogue& catalogue, const std::vector<LabStanding>& standings,
                       const Lab* here, const Track* track, const Look& look);

/// The lab to go to, in some lines: what it is about, what it builds on, the command to type. Pure.
std::string render_next(const Catalogue& catalogue, const std::vector<LabStanding>& standings,
                        const Lab* here, const Look& look);

/// "04-uts" as people call it: "04 uts".
std::string called(const Lab& lab);

}  // namespace toolkit::course
