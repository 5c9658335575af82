#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit::course {

/// A lab, as its folder and lab.yaml say it.
struct Lab {
  std::string number = {};  ///< "04"
  std::string name = {};    ///< "04-uts"
  std::string title = {};
  std::string idea = {};      ///< the concept of the kernel that it isolates
  std::string program = {};   ///< "uts": argv[0], and the name in its messages
  std::string contract = {};  ///< its command line
  std::string done = {};      ///< what the learner's program can do once all steps pass
  std::string milestone = {};
  std::vector<std::string> files = {};          ///< what the learner edits
  std::vector<std::string> prerequisites = {};  ///< names of labs
  std::vector<std::string> needs = {};          ///< facts of `lab doctor`
  std::vector<std::string> by_hand = {};        ///< functions that the learner calls in person
  std::vector<std::string> beside =
      {};  ///< labs whose programs its checker starts, too, once passed
  int minutes = 0;

  [[nodiscard]] std::filesystem::path folder() const { return "labs/" + name; }
  [[nodiscard]] std::filesystem::path solution() const { return "solutions/" + name; }
};

struct Part {
  char letter = 'A';
  std::string title = {};
  std::vector<std::string> labs = {};  ///< names, in order
};

/// A way through the course.
struct Track {
  std::string name = {};
  std::string title = {};
  std::vector<std::string> labs = {};
};

/// The labs that are there, in order, and how they are grouped.
struct Catalogue {
  std::vector<Lab> labs;
  std::vector<Part> parts;    ///< those that have a lab
  std::vector<Track> tracks;  ///< those that have a lab
};

/// Reads labs/course.yaml and each labs/*/lab.yaml of a clone. Throws std::runtime_error with one
/// line that names the place.
Catalogue read_catalogue(const std::filesystem::path& source);

/// The lab that is meant by its number, its name, a path in one of its folders, or, where no word
/// is given, by the directory one is in. Throws UsageError with a suggestion.
const Lab& find_lab(const Catalogue& catalogue, const std::filesystem::path& source,
                    std::string_view word, const std::filesystem::path& directory);

}  // namespace toolkit::course
