#pragma once

namespace toolkit::course {

/// How a verb tells what it found: to a person, or as data.
enum class Form { text, json };

}  // namespace toolkit::course
