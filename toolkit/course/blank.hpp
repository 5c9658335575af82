#pragma once

#include <string>
#include <string_view>

namespace toolkit::course {

/// C++ source in which each byte of a comment, a string or a character is a blank; newlines stay,
/// so places stay. What is left are the braces that count.
std::string blank_literals(std::string_view source);

}  // namespace toolkit::course
