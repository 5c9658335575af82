#include <string_view>
#include <vector>

#include "toolkit/course/doctor/report.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kWhat = 19;
constexpr std::size_t kFound = 34;
constexpr std::size_t kNeeded = 13;

std::string pad(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

/// Breaks at blanks; a word longer than the width stays whole.
std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> wrapped(1);
  for (const std::string_view word : words(text)) {
    if (!wrapped.back().empty() && wrapped.back().size() + 1 + word.size() > width) {
      wrapped.emplace_back();
    }
    if (!wrapped.back().empty()) wrapped.back() += ' ';
    wrapped.back() += word;
  }
  return wrapped;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += text.empty() ? name : " " + name;
  return text;
}

std::string mark(State state, Colour colour) {
  struct Look {
    const char* sign;
    const char* colour;
  };
  const Look look = state == State::good      ? Look{"✓", "\033[32m"}
                    : state == State::limited ? Look{"·", "\033[33m"}
                                              : Look{"✗", "\033[31m"};
  if (colour == Colour::no) return look.sign;
  return std::string(look.colour) + look.sign + "\033[0m";
}

/// One finding in four columns; what is too long for the second goes on in the lines below.
std::string row(const Finding& finding, std::size_t number, Colour colour) {
  const std::vector<std::string> found = wrap(printable(finding.found), kFound);
  std::string text = mark(finding.state, colour) + ' ' + pad(finding.what, kWhat) + ' ' +
                     pad(found.front(), kFound) + ' ' + pad(joined(finding.needed_by), kNeeded) +
                     ' ' + (number > 0 ? "see " + std::to_string(number) : "");
  text.erase(text.find_last_not_of(' ') + 1);
  text += '\n';
  for (std::size_t i = 1; i < found.size(); ++i) {
    text += std::string(2 + kWhat + 1, ' ') + found[i] + '\n';
  }
  return text;
}

/// Lacks with one consequence and one remedy are told once.
struct Lack {
  std::string what = {};
  const Finding* finding = nullptr;
};

/// The number of a finding's lack, counted from 1; a new one is added to the list.
std::size_t number_of(const Finding& finding, std::vector<Lack>& lacks) {
  for (std::size_t i = 0; i < lacks.size(); ++i) {
    if (lacks[i].finding->consequence == finding.consequence &&
        lacks[i].finding->remedy == finding.remedy) {
      lacks[i].what += ", " + finding.what;
      return i + 1;
    }
  }
  lacks.push_back({.what = finding.what, .finding = &finding});
  return lacks.size();
}

/// What a lack means and what to do, under its number.
std::string advice(const Lack& lack, std::size_t number) {
  constexpr std::size_t kIndent = 4;
  std::string text;
  bool first = true;
  for (const std::string& line :
       wrap(printable(lack.what + ": " + lack.finding->consequence), kWidth - kIndent)) {
    text += pad(first ? std::to_string(number) : "", kIndent) + line + '\n';
    first = false;
  }
  const std::string& remedy = lack.finding->remedy;
  if (!remedy.empty()) text += pad("", kIndent) + "→ " + printable(remedy) + '\n';
  return text;
}

}  // namespace

std::string to_table(const Diagnosis& diagnosis, Colour colour) {
  std::string text = "  " + pad("what", kWhat) + ' ' + pad("found", kFound) + ' ' +
                     pad("needed by", kNeeded) + " to do\n";
  std::vector<Lack> lacks;
  for (const Finding& finding : diagnosis.findings) {
    text += row(finding, finding.state == State::good ? 0 : number_of(finding, lacks), colour);
  }
  text += '\n';
  for (std::size_t i = 0; i < lacks.size(); ++i) text += advice(lacks[i], i + 1);
  if (!lacks.empty()) text += '\n';
  for (const std::string& line : wrap(printable(diagnosis.sentence), kWidth)) text += line + '\n';
  return text;
}

}  // namespace toolkit::course
