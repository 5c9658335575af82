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

/// Knows one error, and makes scripts: compiling and linking copy.
constexpr std::string_view kCompiler = R"(#!/bin/sh
for word; do
  case $last:$word in
    -o:*) out=$word ;;
    *.cpp | *.o) source=$word ;;
  esac
  last=$word
done
if line=$(grep -n ERROR "$source"); then
  echo "$source:${line%%:*}:3: error: 'ERROR' was not declared in this scope"
  exit 1
fi
cp "$source" "$out" && chmod 755 "$out"
)";

/// A step passes when the program says its number. What is spoken is what real checkers speak.
constexpr std::string_view kChecker = R"(#!/bin/bash
while [ $# -gt 0 ]; do
  case $1 in
    --list) list=yes ;;
    --explain) explained='"puts(1) = -1 EBADF", "1 is closed"' ;;
    --report) report=$2; shift ;;
    --subject) said=$("$2"); shift ;;
  esac
  shift
done
tell() {  # ID VERDICT MORE
  echo "{\"id\": \"$1\", \"title\": \"step $1\", \"points\": 1, \"needs\": [], \"verdict\": \"$2\"$3}" >&$report
}
if [ -n "$list" ]; then
  tell 01.1 INFRA
  tell 01.2 INFRA
elif [[ $said == *01.1* ]]; then
  tell 01.1 PASS
  if [[ $said == *01.2* ]]; then
    tell 01.2 PASS
  else
    tell 01.2 FAIL ", \"did\": \"cask x\", \"seen\": \"nothing\", \"hint\": \"leaks\", \"explained\": [$explained]"
  fi
else
  tell 01.1 FAIL ", \"seen\": \"dry\", \"hint\": \"empty\""
  tell 01.2 BLOCKED ", \"reason\": \"01.1\""
fi
)";

constexpr std::string_view kSolution = R"(void hold() {
  // step 01.1: hold water
  puts("01.1");
}
void close() {
  // step 01.2: leak nothing
  puts("01.2");
}
)";

}  // namespace

Clone::Clone() {
  file("labs/course.yaml", kCourse);
  file("labs/01-cask/lab.yaml", lab_yaml("staves and water", "cask", ""));
  file("labs/01-cask/README.md",
       "# 01 Cask\n\nA *barrel* holds `water`. See [words](../../docs/a.md).\n");
  file("labs/02-hoop/lab.yaml", lab_yaml("what holds staves", "hoop", "01-cask"));
  file("labs/02-hoop/README.md", "# 02 Hoop\n");
  file("labs/01-cask/cask.cpp", "#!/bin/sh\necho 01.1\n");
  file("labs/01-cask/hints.md",
       "## leaks\n1. Look below.\n2. Wood swells.\n3. Call puts with 01.2.\n");
  file("labs/hints.md", "## compile\n1. Read it.\n2. Which header?\n3. Compare.\n");
  file("solutions/01-cask/cask.cpp", kSolution);
  file("solutions/01-cask/README.md", "# How it is done\n");
  program("build/compiler", kCompiler);
  program("build/checks/01-cask", kChecker);
  file("build/labs/flags/01-cask.json", "{\"source\": \"" + directory_.path() +
                                            "\", \"build\": \"" + at("build") +
                                            "\", \"compiler\": \"" + at("build/compiler") +
                                            "\", \"compile\": [], \"learner\": [], \"link\": []}");
  for (const char* directory : {"build/bin", "toolkit/kernel", "toolkit/lab"}) {
    std::filesystem::create_directories(at(directory));
  }
  std::filesystem::copy_file(built("bin/lab"), at("build/bin/lab"));
}

void Clone::file(const std::string& name, std::string_view content) const {
  static_cast<void>(directory_.file(name, content));
}

void Clone::program(const std::string& name, std::string_view script) const {
  file(name, script);
  std::filesystem::permissions(at(name), std::filesystem::perms::owner_all);
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
