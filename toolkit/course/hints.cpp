#include "toolkit/course/hints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

/// Takes the lines of hints.md one by one.
class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  void take(std::string_view line) {
    ++line_;
    const std::string_view text = trim(line);
    if (line.starts_with("## ")) {
      begin(trim(line.substr(3)));
    } else if (text.empty()) {
      return;
    } else if (ladders_.empty()) {
      return;  // what stands before the first ladder is for readers of the file
    } else if (line.size() > 3 && line[0] >= '1' && line[0] <= '9' && line.substr(1, 2) == ". ") {
      begin_rung(static_cast<std::size_t>(line[0] - '0'), text.substr(3));
    } else if (rungs_ > 0 && line.starts_with("  ")) {
      ladders_.back().rungs.at(rungs_ - 1).append(" ").append(text);
    } else {
      fail("a ladder is '## id' and a numbered list of three");
    }
  }

  std::vector<Ladder> end() {
    expect_three();
    return std::move(ladders_);
  }

 private:
  void begin(std::string_view id) {
    expect_three();
    if (find_ladder(ladders_, id) != nullptr) fail(fmt::format("a second '{}'", id));
    ladders_.push_back({.id = std::string(id), .rungs = {}});
    rungs_ = 0;
  }
  void begin_rung(std::size_t number, std::string_view text) {
    if (number != rungs_ + 1 || number > 3) fail("the rungs of a ladder are 1., 2. and 3.");
    ladders_.back().rungs.at(rungs_++) = text;
  }
  void expect_three() const {
    if (ladders_.empty() || rungs_ == 3) return;
    fail(fmt::format("'{}' has {} rungs, not 3", ladders_.back().id, rungs_));
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(fmt::format("{}:{}: {}", file_, line_, what));
  }

  const std::string& file_;
  std::size_t line_ = 0;
  std::size_t rungs_ = 0;  ///< of the last ladder
  std::vector<Ladder> ladders_ = {};
};

}  // namespace

std::vector<Ladder> parse_hints(std::string_view markdown, const std::string& file) {
  Reader reader(file);
  for (const std::string_view line : lines(markdown)) reader.take(line);
  return reader.end();
}

const Ladder* find_ladder(const std::vector<Ladder>& ladders, std::string_view id) {
  const auto found = std::find_if(ladders.begin(), ladders.end(),
                                  [&](const Ladder& ladder) { return ladder.id == id; });
  return found == ladders.end() ? nullptr : &*found;
}

std::vector<Ladder> read_hints(const std::filesystem::path& source,
                               const std::filesystem::path& folder) {
  const std::string own = folder / "hints.md";
  const std::string common = "labs/hints.md";
  std::vector<Ladder> ladders = parse_hints(read_file(source / own), own);
  for (Ladder& ladder : parse_hints(read_file(source / common), common)) {
    if (find_ladder(ladders, ladder.id) == nullptr) ladders.push_back(std::move(ladder));
  }
  return ladders;
}

}  // namespace toolkit::course
