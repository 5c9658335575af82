#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bench/lab_cost.hpp"

namespace toolkit::bench {

/// What somebody thinks before it is measured.
struct Prediction {
  std::optional<double> added = {};   ///< to a start, in microseconds
  std::optional<double> factor = {};  ///< by which an operation takes longer
};

/// "40", "40 µs", "40us", "0.04 ms", "1,5 ms": microseconds. Nothing for anything else.
std::optional<double> parse_time(std::string_view text);
/// "1.5", "x1.5", "1,5 x": a factor. Nothing for anything else.
std::optional<double> parse_factor(std::string_view text);

/// A time as a person reads it: "3.1 µs", "0.56 ms", "38 ns".
std::string to_text(double microseconds);

/// What was predicted and what was measured, side by side, with a sentence for each and why it is so.
std::string compare(const LabCost& cost, const Prediction& prediction);

}  // namespace toolkit::bench
