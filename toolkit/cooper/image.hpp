#pragma once

#include <string>

#include "toolkit/image/name.hpp"
#include "toolkit/image/record.hpp"

namespace toolkit {

/// What a start needs of an image: from the record of its first unpacking, or, the first time, by
/// starting the helper that verifies and unpacks it. Throws std::runtime_error.
ImageRecord find_image(const std::string& name, const std::string& store);

}  // namespace toolkit
