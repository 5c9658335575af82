#include "toolkit/course/catalogue.hpp"

#include <stdexcept>

#include "toolkit/test/test.hpp"

using toolkit::course::Catalogue;
using toolkit::course::find_lab;
using toolkit::course::read_catalogue;
using toolkit::test::TempDir;

namespace {

constexpr std::string_view kCourse = R"(parts:
  - {letter: A, title: a process and its root, first: "00", last: "03"}
  - {letter: B, title: namespaces, first: "04", last: "10"}
  - {letter: C, title: limits, first: "11", last: "17"}
tracks:
  - {name: evening, title: an evening, labs: ["00", "01", "04"]}
  - {name: never, title: not there, labs: ["29"]}
)";

std::string lab_yaml(const std::string& program, const std::string& more = {}) {
  return "title: a title\nconcept: a concept\nprogram: " + program + "\nfiles: [" + program +
         ".cpp]\ncontract: CMD\nminutes: 30\ndone: it is done\n" + more;
}

/// A clone with the labs 00-process and 04-uts.
class Clone {
 public:
  Clone() {
    tree_.file("labs/course.yaml", kCourse);
    tree_.file("labs/04-uts/lab.yaml",
               lab_yaml("uts",
                        "prerequisites: [00-process]\nby_hand: [unshare, sethostname]\n"
                        "beside: [00-process]\n"));
    tree_.file("labs/00-process/lab.yaml", lab_yaml("process"));
    tree_.file("labs/hints.md", "");
    tree_.file("labs/notes/lab.yaml", "not a lab");
  }
  [[nodiscard]] Catalogue read() const { return read_catalogue(tree_.path()); }
  [[nodiscard]] std::string find(const std::string& word, const std::string& directory = "") const {
    return find_lab(read(), tree_.path(), word, tree_.at(directory)).name;
  }
  void write(const std::string& name, const std::string& text) const { tree_.file(name, text); }

 private:
  TempDir tree_;
};

using Words = std::vector<std::string>;

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("catalogue: the labs that are there, in order") {
    const Catalogue catalogue = Clone().read();
    REQUIRE(catalogue.labs.size() == 2);
    const auto& uts = catalogue.labs[1];
    CHECK(catalogue.labs[0].name == "00-process");
    CHECK(uts.number == "04");
    CHECK(uts.program == "uts");
    CHECK(uts.files == Words{"uts.cpp"});
    CHECK(uts.prerequisites == Words{"00-process"});
    CHECK(uts.by_hand == Words{"unshare", "sethostname"});
    CHECK(uts.beside == Words{"00-process"});
    CHECK(uts.minutes == 30);
    CHECK(uts.folder() == "labs/04-uts");
    CHECK(uts.solution() == "solutions/04-uts");
  }

  TEST_CASE("catalogue: parts and tracks name the labs that are there and no others") {
    const Catalogue catalogue = Clone().read();
    REQUIRE(catalogue.parts.size() == 2);
    CHECK(catalogue.parts[0].letter == 'A');
    CHECK(catalogue.parts[1].labs == Words{"04-uts"});
    REQUIRE(catalogue.tracks.size() == 1);
    CHECK(catalogue.tracks[0].labs == Words{"00-process", "04-uts"});
  }

  TEST_CASE("catalogue: a lab is found by number, name, program and path") {
    const Clone clone;
    for (const char* word : {"04", "4", "uts", "04-uts", "labs/04-uts", "labs/04-uts/uts.cpp",
                             "./solutions/04-uts/"}) {
      CAPTURE(word);
      CHECK(clone.find(word) == "04-uts");
    }
    CHECK(clone.find("0") == "00-process");
    CHECK(clone.find("00") == "00-process");
    CHECK(clone.find("..", "labs/04-uts/x") == "04-uts");
  }

  TEST_CASE("catalogue: no word means the folder one is in") {
    const Clone clone;
    CHECK(clone.find("", "labs/04-uts") == "04-uts");
    CHECK(clone.find("", "solutions/00-process") == "00-process");
    CHECK_THROWS_WITH_AS(clone.find("", "labs"),
                         "which lab? Name it by its number, or go into its folder",
                         std::runtime_error);
  }

  TEST_CASE("catalogue: a lab that is not there is told with what was meant") {
    const Clone clone;
    CHECK_THROWS_WITH_AS(clone.find("proces"), "no lab 'proces'; did you mean 'process'?",
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(clone.find("17"), "no lab '17'; ./lab list tells which there are",
                         std::runtime_error);
    CHECK_THROWS_AS(clone.find("004"), std::runtime_error);
  }

  TEST_CASE("catalogue: a lab that no part holds is told, not left out") {
    const Clone clone;
    clone.write("labs/77-lost/lab.yaml", lab_yaml("lost"));
    CHECK_THROWS_WITH_AS(clone.read(),
                         "labs/course.yaml: parts: none holds lab 77; see first and last",
                         std::runtime_error);
  }

  TEST_CASE("catalogue: a fault of lab.yaml is told with its line") {
    const Clone clone;
    clone.write("labs/04-uts/lab.yaml", lab_yaml("uts", "poinst: 3\n"));
    CHECK_THROWS_WITH_AS(clone.read(), doctest::Contains("labs/04-uts/lab.yaml:8: no key 'poinst'"),
                         std::runtime_error);
    clone.write("labs/04-uts/lab.yaml", lab_yaml("uts", "prerequisites: [03-pivot]\n"));
    CHECK_THROWS_WITH_AS(clone.read(), "labs/04-uts/lab.yaml: prerequisites: no lab '03-pivot'",
                         std::runtime_error);
    clone.write("labs/04-uts/lab.yaml", lab_yaml("../uts"));
    CHECK_THROWS_WITH_AS(clone.read(), doctest::Contains("'../uts.cpp' is no .cpp beside lab.yaml"),
                         std::runtime_error);
  }
}
