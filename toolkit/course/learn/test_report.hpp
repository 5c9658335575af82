#pragma once

#include <string>

#include "toolkit/course/render.hpp"

namespace toolkit::test {

/// A lab as it is in the catalogue.
course::Lab pivot();

/// What one check came to.
checks::Result result(const std::string& id, const std::string& title, checks::Verdict verdict,
                      const std::string& reason = {});

/// A check of that lab: two steps passed, the third failed, two wait for it.
course::Report half_way();

}  // namespace toolkit::test
