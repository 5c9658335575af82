#include "toolkit/test/layers.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <set>

#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::test {
namespace {

constexpr std::size_t kLongFile = 300;

bool contains(const std::vector<std::string>& list, const std::string& wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

bool matches_any(const std::vector<std::string>& patterns, const std::string& path) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), path.c_str(), 0) == 0;
  });
}

/// Is it there by its whole name? Then a header is meant that is made of the library.
bool names(const HouseRules::Patterns& patterns, const std::string& path) {
  return std::find(patterns.begin(), patterns.end(), path) != patterns.end();
}

/// A C++ file, or one that is included, by its path from the top of the tree.
struct Source {
  Source(std::string relative_path, const HouseRules& rules) : path(std::move(relative_path)) {
    std::string_view rest = path;
    if (rest.starts_with("toolkit/")) rest.remove_prefix(8);
    folder = rest.substr(0, rest.find('/'));
    module = rest.substr(0, rest.rfind('.'));
    name = std::filesystem::path(path).stem();
    is_header = path.ends_with(".hpp");
    is_test = matches_any(rules.tests, path);
  }
  std::string path;    ///< "toolkit/kernel/fd_test.cpp"
  std::string folder;  ///< "kernel"
  std::string module;  ///< "kernel/fd_test"
  std::string name;    ///< "fd_test"
  bool is_header;
  bool is_test;
};

/// Judges one file after the other, and remembers what of the rules was needed.
class Judge {
 public:
  explicit Judge(const HouseRules& rules) : rules_(rules) {}

  void judge(const Source& source, std::string_view text);
  /// What can be said only when all files were seen: lines of the rules that nothing needs.
  std::vector<std::string> verdict();

 private:
  void report(const Source& source, int line, const std::string& what) {
    found_.push_back(source.path + ":" + std::to_string(line) + ": " + what);
  }
  bool excepted(const std::string& file, const std::string& partner);
  void judge_ours(const Source& source, const Include& include);
  void judge_level(const Source& source, const Include& include, const Source& target);
  void judge_foreign(const Source& source, const Include& include);

  const HouseRules& rules_;
  std::set<std::string> modules_ = {};
  std::set<HouseRules::Exception> needed_ = {};
  std::vector<std::string> found_ = {};
};

void Judge::judge(const Source& source, std::string_view text) {
  const bool is_module = source.is_header || source.folder == "kernel";
  const bool is_described = rules_.described.contains(source.folder);
  if (is_module && is_described && !source.is_test) modules_.insert(source.module);
  if (!rules_.below.contains(source.folder)) {
    report(source, 1, "its folder is no layer of toolkit/README.md");
    return;
  }
  if (source.is_header && !text.starts_with("#pragma once"))
    report(source, 1, "a header opens with #pragma once");
  for (const Include& include : parse_includes(text)) {
    if (include.quoted) {
      judge_ours(source, include);
    } else {
      judge_foreign(source, include);
    }
  }
  const std::size_t length = lines(text).size();
  if (length > kLongFile && !excepted(source.path, "")) {
    report(source, kLongFile + 1,
           std::to_string(length) + " lines, more than 300: split it by noun");
  }
}

bool Judge::excepted(const std::string& file, const std::string& partner) {
  const HouseRules::Exception wanted{file, partner};
  const auto& known = rules_.exceptions;
  if (std::find(known.begin(), known.end(), wanted) == known.end()) return false;
  needed_.insert(wanted);
  return true;
}

void Judge::judge_ours(const Source& source, const Include& include) {
  const Source target(include.name, rules_);
  constexpr std::array<std::string_view, 3> kTops = {"toolkit/", "solutions/", "bench/"};
  const bool from_top = std::any_of(kTops.begin(), kTops.end(), [&](std::string_view top) {
    return include.name.starts_with(top);
  });
  if (!from_top) {
    report(source, include.line, include.name + " is not named from the top of the tree");
    return;
  }
  const bool by_a_test = source.is_test && target.folder == "test";
  const bool by_layer = contains(rules_.below.at(source.folder), target.folder);
  if (target.folder == source.folder) {
    if (source.folder == "kernel" && !source.is_test) judge_level(source, include, target);
  } else if (!by_layer && !by_a_test) {
    report(source, include.line,
           source.folder + "/ includes " + include.name + ": not a lower layer");
  }
}

void Judge::judge_level(const Source& source, const Include& include, const Source& target) {
  const auto ours = rules_.levels.find(source.name);
  const auto theirs = rules_.levels.find(target.name);
  if (source.name == target.name || ours == rules_.levels.end() || theirs == rules_.levels.end())
    return;
  if (theirs->second < ours->second || excepted(source.name, target.name)) return;
  report(source, include.line,
         include.name + " is of level " + std::to_string(theirs->second) + ", not below " +
             std::to_string(ours->second) + ", and no named exception");
}

void Judge::judge_foreign(const Source& source, const Include& include) {
  if (const auto heavy = rules_.never_in.find(include.name); heavy != rules_.never_in.end()) {
    if (!source.is_test && contains(heavy->second, source.folder)) {
      report(source, include.line,
             "<" + include.name + "> is too heavy for " + source.folder + "/");
    }
    return;
  }
  constexpr std::array<std::string_view, 8> kSystem = {"arpa",    "asm",       "linux", "net",
                                                       "netinet", "netpacket", "scsi",  "sys"};
  const std::string library = include.name.substr(0, include.name.find('/') + 1);
  const bool is_system = std::any_of(kSystem.begin(), kSystem.end(), [&](std::string_view folder) {
    return library == std::string(folder) + "/";
  });
  const auto rule = rules_.only_in.find(library.empty() ? include.name : library);
  if (rule == rules_.only_in.end()) {
    if (library.empty() || is_system) return;
    report(source, include.line, "<" + include.name + "> is no library of toolkit/README.md");
  } else if (!matches_any(rule->second, source.path)) {
    report(source, include.line, "<" + include.name + "> does not belong in this file");
  } else if (source.is_header && !source.is_test && !names(rule->second, source.path)) {
    report(source, include.line, "<" + include.name + "> stands in a public header");
  }
}

std::vector<std::string> Judge::verdict() {
  for (const std::string& module : modules_) {
    if (!rules_.modules.contains(module))
      found_.push_back("toolkit/README.md: no line for " + module);
  }
  for (const std::string& module : rules_.modules) {
    if (!modules_.contains(module))
      found_.push_back("toolkit/README.md: a line for " + module + ", which is not there");
  }
  for (const HouseRules::Exception& exception : rules_.exceptions) {
    if (needed_.contains(exception)) continue;
    found_.push_back("toolkit/README.md: nothing needs the exception of " + exception.file + " " +
                     exception.partner);
  }
  return std::move(found_);
}

}  // namespace

std::vector<std::string> violations(const std::filesystem::path& tree, const HouseRules& rules) {
  namespace fs = std::filesystem;
  std::set<std::string> paths;
  for (const std::string_view top : {"toolkit", "solutions", "bench", "labs"}) {
    if (!fs::is_directory(tree / top)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(tree / top)) {
      const std::string extension = entry.path().extension();
      const bool is_learners = top == "labs" && entry.path().filename() != "check.cpp";
      if ((extension == ".hpp" || extension == ".cpp") && !is_learners)
        paths.insert(fs::relative(entry.path(), tree));
    }
  }
  Judge judge(rules);
  for (const std::string& path : paths) judge.judge(Source(path, rules), read_file(tree / path));
  return judge.verdict();
}

}  // namespace toolkit::test
