#pragma once

#include <string>
#include <vector>

#include "bench/machine.hpp"
#include "bench/series.hpp"

namespace toolkit::bench {

/// The machine in a line, a table a family, and a warning when the machine was busy. Times in milliseconds.
std::string to_table(const Machine& machine, const std::vector<Family>& families);

/// All of it as data, each sample kept. Times in microseconds.
std::string to_json(const Machine& machine, const std::vector<Family>& families);

}  // namespace toolkit::bench
