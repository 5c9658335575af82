#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "toolkit/course/screen/look.hpp"
#include "toolkit/course/screen/styled.hpp"

namespace toolkit::course {

/// A Markdown text as a terminal shows it: wrapped at the look's width, code as it stands. `folder` is
/// where the text lies in the clone; targets of its links are told from there. Pure.
std::string render_markdown(std::string_view markdown, const Look& look,
                            const std::string& folder = {});

/// The same as lines, for who puts them beside something else.
std::vector<Line> lay_out_markdown(std::string_view markdown, const Look& look);

}  // namespace toolkit::course
