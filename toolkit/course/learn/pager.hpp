#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace toolkit::course {

/// What shows a long text: a command for sh, or nothing where the text is to be printed. $PAGER, else
/// less where it is installed.
std::optional<std::string> choose_pager(bool is_terminal, const char* pager, bool has_less);

/// Shows a text on stdout: through the reader's pager on a terminal, as it is elsewhere.
void show(std::string_view text);

}  // namespace toolkit::course
