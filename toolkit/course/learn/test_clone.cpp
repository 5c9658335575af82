#include "toolkit/course/learn/test_clone.hpp"

#include "toolkit/kernel/fd.hpp"

namespace toolkit::test {
namespace {

const char* const kCourse = R"(parts:
  - {letter: A, title: barrels, first: "00", last: "09"}
tracks:
  - {name: evening, title: an evening, labs: ["01"]}
)";

std::string lab_yaml(const std::string& title, const std::string& program,
                     const std::string& prerequisites) {
  return "title: " + title + "\nconcept: barrels\nfiles: [" + program +
         ".cpp]\nprogram: " + program + "\ncontract: \"" + program + " [NAME]\"\nprerequisites: [" +
         prerequisites +
         "]\nminutes: 10\nneeds: []\nby_hand: [puts]\ndone: Your program holds water.\n";
}

}  // namespace

Clone::Clone() {
  file("labs/course.yaml", kCourse);
  file("labs/01-cask/lab.yaml", lab_yaml("staves and water", "cask", ""));
  file("labs/01-cask/README.md",
       "# 01 Cask\n\nA *barrel* holds `water`. See [words](../../docs/a.md).\n");
  file("labs/02-hoop/lab.yaml", lab_yaml("what holds staves", "hoop", "01-cask"));
  file("labs/02-hoop/README.md", "# 02 Hoop\n");
  std::filesystem::create_directories(at("build/bin"));
  std::filesystem::copy_file(built("bin/lab"), at("build/bin/lab"));
}

void Clone::file(const std::string& name, std::string_view content) const {
  static_cast<void>(directory_.file(name, content));
}

std::string Clone::read(const std::string& name) const { return read_file(at(name)); }

bool Clone::has(const std::string& name) const { return std::filesystem::exists(at(name)); }

std::vector<std::string> Clone::command(const std::vector<std::string>& arguments,
                                        const std::vector<std::string>& environment) const {
  std::vector<std::string> words = {"env",
                                    "-C",
                                    directory_.path(),
                                    "-u",
                                    "PAGER",
                                    "-u",
                                    "NO_COLOR",
                                    "LC_ALL=C.UTF-8",
                                    "COLUMNS=80",
                                    "TERM=xterm",
                                    "HOME=" + directory_.path()};
  words.insert(words.end(), environment.begin(), environment.end());
  words.push_back(at("build/bin/lab"));
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

Outcome Clone::lab(const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment) const {
  return run(command(arguments, environment));
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace toolkit::test
