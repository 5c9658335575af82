#pragma once

#include <string>
#include <vector>

#include "bench/lab_cost.hpp"
#include "bench/lab_measure.hpp"
#include "bench/machine.hpp"
#include "bench/prediction.hpp"

namespace toolkit::bench {

/// What labs cost as data, each sample kept. Times in microseconds.
std::string to_json(const Machine& machine, Standing standing, const std::vector<LabCost>& labs);
/// The same of one lab, beside what was predicted.
std::string to_json(const Machine& machine, Standing standing, const LabCost& lab,
                    const Prediction& prediction);

}  // namespace toolkit::bench
