#include "toolkit/course/derive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "toolkit/course/blank.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

constexpr std::string_view kMark = "// step ";
constexpr std::size_t kColumns = 100;

struct Place {
  std::string_view solution;
  std::string_view code;  ///< the same, without comments and literals
  const std::string& file;
  std::size_t line;

  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(fmt::format("{}:{}: {}", file, line, what));
  }
};

/// The beginning of the line in which the block around `from` is closed; npos when it never is.
std::size_t closing_line(std::string_view code, std::size_t from) {
  int depth = 0;
  for (std::size_t at = from; at < code.size(); ++at) {
    if (code[at] == '{') ++depth;
    if (code[at] == '}' && depth-- == 0) return code.rfind('\n', at) + 1;
  }
  return std::string_view::npos;
}

bool is_id(std::string_view id, std::string_view number) {
  return id.size() > number.size() + 1 && id.starts_with(number) && id[number.size()] == '.' &&
         parse_id(id.substr(number.size() + 1)).has_value();
}

/// The step that a line marks; nothing of a line that only looks like code.
std::optional<StepRegion> read_step(const Place& place, std::string_view line,
                                    std::string_view number) {
  const std::string_view text = trim(line);
  if (!text.starts_with(kMark) || text.size() == kMark.size()) return {};
  const std::string_view rest = text.substr(kMark.size());
  if (rest.front() < '0' || rest.front() > '9') return {};
  const std::size_t colon = rest.find(": ");
  const std::string_view id = rest.substr(0, std::min(colon, rest.size()));
  if (colon == std::string_view::npos || !is_id(id, number)) {
    place.fail(fmt::format("a step is marked by '// step {}.1: what to do'", number));
  }
  const auto first = static_cast<std::size_t>(line.data() - place.solution.data());
  const std::size_t after = first + line.size();
  StepRegion step{.id = std::string(id),
                  .what = std::string(trim(rest.substr(colon + 2))),
                  .first = first,
                  .last = closing_line(place.code, after),
                  .line = place.line};
  if (step.last == std::string_view::npos) {
    place.fail(fmt::format("step {} stands in no block", id));
  }
  if (step.last <= after ||
      trim(place.code.substr(after, step.last - after)).find_first_not_of("\n ") ==
          std::string_view::npos) {
    place.fail(fmt::format("step {} has no lines of its own", id));
  }
  const std::string_view closing = place.code.substr(step.last);
  if (closing[std::min(closing.find_first_not_of(' '), closing.size() - 1)] != '}') {
    place.fail(fmt::format("step {} shares a line with the brace that ends it", id));
  }
  return step;
}

}  // namespace

std::vector<StepRegion> find_steps(std::string_view solution, std::string_view number,
                                   const std::string& file) {
  const std::string code = blank_literals(solution);
  std::vector<StepRegion> steps;
  Place place{.solution = solution, .code = code, .file = file, .line = 0};
  for (const std::string_view line : lines(solution)) {
    ++place.line;
    const std::optional<StepRegion> step = read_step(place, line, number);
    if (!step) continue;
    for (const StepRegion& earlier : steps) {
      if (earlier.id == step->id) {
        place.fail(fmt::format("step {} was marked before, in line {}", step->id, earlier.line));
      }
    }
    if (!steps.empty() && step->first < steps.back().last) {
      place.fail(fmt::format("step {} begins inside step {}", step->id, steps.back().id));
    }
    steps.push_back(*step);
  }
  return steps;
}

std::string derive_starter(std::string_view solution, std::string_view number,
                           const std::string& file, const std::vector<std::string>& written) {
  std::string starter;
  std::size_t done = 0;
  for (const StepRegion& step : find_steps(solution, number, file)) {
    if (std::find(written.begin(), written.end(), step.id) != written.end()) continue;
    const std::string_view rest = solution.substr(step.first);
    const std::string_view indent = rest.substr(0, rest.find('/'));
    const std::string comment = fmt::format("{}// TODO({}): {}", indent, step.id, step.what);
    if (comment.size() > kColumns) {
      throw std::runtime_error(
          fmt::format("{}:{}: what is to be done in step {} is too long: {} columns", file,
                      step.line, step.id, comment.size()));
    }
    starter.append(solution.substr(done, step.first - done));
    starter.append(fmt::format("{}\n{}toolkit::todo(\"{}\");\n", comment, indent, step.id));
    done = step.last;
  }
  return starter.append(solution.substr(done));
}

}  // namespace toolkit::course
