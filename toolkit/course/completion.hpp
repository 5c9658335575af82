#pragma once

#include <string>
#include <vector>

namespace toolkit::course {

/// A verb of the command line as completion needs it.
struct VerbWords {
  std::string name;
  std::string summary;
  std::vector<std::string> words = {};  ///< options with their dashes, and fixed arguments
};

enum class Shell { bash, zsh, fish };

/// A script for `eval "$(./lab completion bash)"` and its like: completes lab and ./lab.
std::string completion(Shell shell, const std::vector<VerbWords>& verbs);

}  // namespace toolkit::course
