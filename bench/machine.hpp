#pragma once

#include <map>
#include <string>

namespace toolkit::bench {

/// What the numbers depend on.
struct Machine {
  std::string kernel = {};      ///< "Linux 6.1.0 x86_64"
  long cpus = 0;                ///< that this process may run on
  std::string processor = {};   ///< as /proc/cpuinfo names it
  std::string filesystem = {};  ///< of the trees that are measured
  std::string cgroups = {};     ///< v1, v2 or hybrid
  double load_before = 0;       ///< of the last minute. See proc(5), /proc/loadavg
  double load_after = 0;
  std::map<std::string, std::string> versions = {};  ///< of the candidates that have one
};

/// The facts of this machine; the trees that are measured lie in a directory.
Machine observe_machine(const std::string& directory);
double load_now();

/// From proc(5)'s /proc/cpuinfo: the processor's name, or "unknown". Pure.
std::string processor_name(const std::string& cpuinfo);
/// Is so much else running that medians are those of a busy machine? Pure.
bool is_busy(const Machine& machine);

}  // namespace toolkit::bench
