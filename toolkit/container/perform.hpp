#pragma once

#include <map>
#include <string>
#include <vector>

#include "toolkit/container/plan.hpp"

namespace toolkit {

/// Does steps, in the process that is becoming a container.
class Performer {
 public:
  explicit Performer(Channel& channel) : channel_(channel) {}
  /// Throws SystemError of the first step that fails.
  void perform(const std::vector<Step>& steps);

 private:
  friend struct Perform;
  Channel& channel_;
  /// What OpenTree took hold of, by its path; close-on-exec, so nothing has to be closed before.
  std::multimap<std::string, Fd> trees_;  ///< what OpenTree took hold of, by its path
  std::vector<Fd> moved_;                 ///< what of it has its place; all close with the exec
};

/// Signals as a program expects them: none blocked, none ignored. A shell that starts us in the
/// background, or nohup, leaves some ignored, and exec keeps that. See signal(7).
void reset_signals();

/// Marks every descriptor from 3 on close-on-exec, whoever left it open. See close_range(2).
void close_descriptors_on_exec();

}  // namespace toolkit
