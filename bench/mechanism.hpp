#pragma once

#include <functional>
#include <string>
#include <vector>

#include "toolkit/kernel/ns.hpp"

namespace toolkit::bench {

/// A directory for what mechanisms are tried on, removed at the end.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  /// A directory that can be a root. In it the file of file() lies under the same name.
  [[nodiscard]] std::string root() const { return path_ + "/root"; }
  [[nodiscard]] std::string file() const { return tree() + "/file"; }
  /// Where file() is; a mount may be put on it.
  [[nodiscard]] std::string tree() const { return path_ + "/tree"; }
  /// In root(), a directory twelve deep.
  static std::string deep() { return "/1/2/3/4/5/6/7/8/9/10/11/12"; }
  /// An empty directory.
  [[nodiscard]] std::string empty() const { return path_ + "/empty"; }

 private:
  std::string path_;
};

enum class Mapped { no, yes };

/// What a running process does over and over.
using Operation = std::function<void()>;

/// What one lab teaches, as something whose cost can be measured.
struct Mechanism {
  std::string number;
  std::string name;
  std::string what;
  std::string start_why = {};
  Ns kinds = Ns::none;         ///< made with the process, by clone3(2)
  Mapped mapped = Mapped::no;  ///< has the parent to give it ids?
  /// In the new process, what is left to do; empty where that is nothing.
  std::function<void(const Scratch&)> enter = {};
  std::string operation = {};  ///< empty where there is none to measure
  std::string running_why = {};
  int times = 0;  ///< how often it is done for one sample
  /// The operation, made ready in the process that will do it; the same without the mechanism and in it.
  std::function<Operation(const Scratch&)> prepare = {};
};

/// Those of all labs, in order. A lab without a mechanism has neither `kinds` nor `enter`.
std::vector<Mechanism> mechanisms();

/// What running processes do, ready to be done.
Operation look_at_file(const Scratch& scratch);
Operation look_at_segment(const Scratch& scratch);
Operation send_a_byte(const Scratch& scratch);
Operation make_a_file(const Scratch& scratch);
Operation read_cgroup(const Scratch& scratch);

}  // namespace toolkit::bench
