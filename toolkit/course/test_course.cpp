#include "toolkit/course/test_course.hpp"

#include "toolkit/kernel/fd.hpp"

namespace toolkit::test {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLab = R"(title: a host name of its own
concept: UTS namespace
files: [uts.cpp]
program: uts
contract: uts
minutes: 30
by_hand: [puts]
done: Your program has a name.
)";

constexpr std::string_view kSolution =
    "#include <cstdio>\n#include \"toolkit/lab/todo.hpp\"\n"
    R"(void first() {
  // step 04.1: print 04.1
  std::puts("04.1");
}
void second() {
  // step 04.2: print 04.2
  std::puts("04.2");
}
int main() {
  first();
  second();
}
)";

/// As the real one is spoken to; the program's output decides.
constexpr std::string_view kChecker = R"(#!/bin/bash
report=1 subject=
while [ $# -gt 0 ]; do
  case $1 in
    --list) list=yes ;;
    --report) report=$2; shift ;;
    --subject) subject=$2; shift ;;
    --probe | --name) shift ;;
    --only) only=$2; shift ;;
  esac
  shift
done
tell() {
  [ -z "$only" ] || [ "$only" = "$1" ] || return
  echo "{\"id\": \"$1\", \"title\": \"step $1\", \"points\": 1, \"needs\": [], \"verdict\": \"$2\", \"hint\": \"$3\"}" >&$report
}
if [ -n "$list" ]; then tell 04.1 INFRA; tell 04.2 INFRA; exit; fi
said=$($subject 2>/dev/null) || hint=not-started
verdict() { [[ $said == *$1* ]] && echo PASS || echo "FAIL ${hint:-no-$1}"; }
tell 04.1 $(verdict 04.1)
tell 04.2 $(verdict 04.2)
)";

/// todo() of the real one throws; here it ends the program, and what was printed is out.
constexpr std::string_view kTodo =
    "#pragma once\n#include <cstdlib>\n"
    "namespace toolkit { [[noreturn]] inline void todo(const char*) { std::exit(125); } }\n";

}  // namespace

Course::Course() {
  write("labs/course.yaml",
        "parts:\n  - {letter: B, title: namespaces, first: \"04\", last: \"10\"}\n");
  write("labs/04-uts/lab.yaml", kLab);
  write("labs/hints.md", "## not-started\n1. a\n2. b\n3. c\n");
  write("labs/04-uts/hints.md", "## no-04.1\n1. a\n2. b\n3. c\n## no-04.2\n1. a\n2. b\n3. c\n");
  write("solutions/04-uts/uts.cpp", kSolution);
  write("solutions/04-uts/mutants.yaml", "");
  write("toolkit/kernel/fd.hpp", "");
  write("toolkit/lab/todo.hpp", kTodo);
  write("build/labs/flags/04-uts.json",
        "{\"source\": \"" + scratch_.path() + "\", \"build\": \"" + scratch_.at("build") +
            "\", \"compiler\": \"/usr/bin/c++\", \"compile\": [\"-std=c++20\", \"-I" +
            scratch_.path() +
            "\", \"-Wall\", \"-Werror\"], \"learner\": [\"-Wno-error\"], \"link\": []}");
  set_checker(kChecker);
}

void Course::set_checker(std::string_view script) const {
  write("build/checks/04-uts", script);
  fs::permissions(at("build/checks/04-uts"), fs::perms::owner_all);
}

std::string Course::read(const std::string& name) const { return read_file(at(name)); }

bool Course::has(const std::string& name) const { return fs::exists(at(name)); }

course::Lab Course::lab() const { return course::read_catalogue(scratch_.path()).labs.at(0); }

}  // namespace toolkit::test
