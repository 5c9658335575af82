#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "toolkit/course/lab_flags.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit::course {
namespace {

/// A word with one path in the place of another.
std::string moved(std::string word, const std::string& from, const std::string& to) {
  if (from == to) return word;
  for (std::size_t at = 0; (at = word.find(from, at)) != std::string::npos; at += to.size()) {
    word.replace(at, from.size(), to);
  }
  return word;
}

}  // namespace

LabFlags parse_lab_flags(std::string_view text, const Tree& tree) {
  const auto json = nlohmann::json::parse(text);
  const std::string source = json.at("source");
  const std::string build = json.at("build");
  const auto words = [&](const char* key) {
    std::vector<std::string> list = json.at(key);
    for (std::string& word : list) {
      // By way of a mark: the build tree often lies below the clone.
      word = moved(moved(std::move(word), build, "\1"), source, tree.source);
      word = moved(std::move(word), "\1", tree.build);
    }
    return list;
  };
  return {.launcher = json.value("launcher", std::vector<std::string>()),
          .compiler = json.at("compiler"),
          .compile = words("compile"),
          .learner = words("learner"),
          .link = words("link")};
}

LabFlags read_lab_flags(const Tree& tree, const Lab& lab) {
  const std::string file = tree.build / "labs/flags" / (lab.name + ".json");
  try {
    return parse_lab_flags(read_file(file), tree);
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(fmt::format("{}: {}", file, error.what()));
  }
}

}  // namespace toolkit::course
