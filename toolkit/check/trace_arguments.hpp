#pragma once

#include <cstddef>
#include <string>

#include "toolkit/check/trace_calls.hpp"
#include "toolkit/check/trace_decode.hpp"

namespace toolkit::checks {

struct Argument {
  std::string text = {};   ///< as C writes it; empty when it says nothing
  std::string plain = {};  ///< the string itself, or the path of a descriptor
};

/// One argument of a call; some need their neighbours.
Argument show(const ProcessView& process, const RawCall& call, Kind kind, std::size_t index);

}  // namespace toolkit::checks
