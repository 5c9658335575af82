#include "bench/prediction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "toolkit/kernel/text.hpp"

namespace toolkit::bench {
namespace {

constexpr double kKilo = 1000;

/// The number a text begins with, and what stands behind it.
std::optional<double> take_number(std::string& text) {
  std::replace(text.begin(), text.end(), ',', '.');
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || !std::isfinite(value)) return {};
  text = trim(std::string_view(rest, static_cast<std::size_t>(end - rest)));
  return value;
}

std::string percent(double share) { return fmt::format("{:.0f} %", share * 100); }

std::string times(double factor) { return fmt::format("x {:.2f}", factor); }

/// Which of two is larger, where a factor of two is as good as equal; both are positive.
enum class Guess { right, too_high, too_low };
Guess judge_time(double said, double measured) {
  if (said > 2 * measured) return Guess::too_high;
  return said < measured / 2 ? Guess::too_low : Guess::right;
}

Guess judge_factor(double said, double measured) {
  constexpr double kTenth = 0.1;
  const double tolerance = std::max(kTenth, kTenth * measured);
  if (said > measured + tolerance) return Guess::too_high;
  return said < measured - tolerance ? Guess::too_low : Guess::right;
}

std::string start_sentence(const Cost& cost, const std::optional<double>& said) {
  if (!cost.is_clear() || cost.added <= 0) {
    const std::string small = "What it adds can't be told here from what starts differ by anyway";
    return small + (said ? fmt::format("; you said {}.", to_text(*said)) : ".");
  }
  const std::string share = fmt::format("{}, {} of a bare start", to_text(cost.added),
                                        percent(cost.added / cost.bare.median));
  if (!said) return fmt::format("It adds {}.", share);
  switch (judge_time(*said, cost.added)) {
    case Guess::too_high:
      return fmt::format("It adds less than you said: {}.", share);
    case Guess::too_low:
      return fmt::format("It adds more than you said: {}.", share);
    case Guess::right:
      return fmt::format("It adds about what you said: {}.", share);
  }
  return {};
}

std::string running_sentence(const Cost& cost, const std::optional<double>& said) {
  constexpr double kNothing = 0.05;  // two runs of the same differ by as much
  const bool is_equal = std::abs(cost.ratio - 1) < kNothing || !cost.is_clear();
  const std::string seen = is_equal ? "no difference can be told"
                                    : fmt::format("it takes {} as long", times(cost.ratio));
  if (!said) return fmt::format("Running, {}.", seen);
  switch (judge_factor(*said, is_equal ? 1 : cost.ratio)) {
    case Guess::too_high:
      return fmt::format("Running, it costs less than you said: {}.", seen);
    case Guess::too_low:
      return fmt::format("Running, it costs more than you said: {}.", seen);
    case Guess::right:
      return fmt::format("Running, it is about as you said: {}.", seen);
  }
  return {};
}

/// Words in lines of at most 76 letters, two blanks before each.
std::string wrapped(const std::string& text) {
  constexpr std::size_t kWidth = 76;
  std::string all;
  std::string line = " ";
  for (const std::string_view word : words(text)) {
    if (line.size() + 1 + word.size() > kWidth + 2) {
      all += line + "\n";
      line = " ";
    }
    line.append(" ").append(word);
  }
  return all + line + "\n";
}

std::string row(const std::string& what, const std::string& said, const std::string& measured,
                const std::string& bare, const std::string& with) {
  // µ is two bytes and one column.
  const auto column = [](const std::string& text, std::size_t width) {
    const auto letters = static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
    return std::string(letters < width ? width - letters : 1, ' ') + text;
  };
  return fmt::format("  {:<30}", what) + column(said, 11) + column(measured, 11) +
         column(bare, 12) + column(with, 12) + "\n";
}

}  // namespace

std::optional<double> parse_time(std::string_view text) {
  std::string rest(trim(text));
  const std::optional<double> number = take_number(rest);
  if (!number || *number < 0) return {};
  if (rest.empty() || rest == "us" || rest == "µs" || rest == "μs") return number;
  if (rest == "ms") return *number * kKilo;
  if (rest == "ns") return *number / kKilo;
  if (rest == "s") return *number * kKilo * kKilo;
  return {};
}

std::optional<double> parse_factor(std::string_view text) {
  std::string rest(trim(text));
  if (rest.starts_with('x')) rest = trim(std::string_view(rest).substr(1));
  const std::optional<double> number = take_number(rest);
  if (!number || *number <= 0) return {};
  if (!rest.empty() && rest != "x" && rest != "times") return {};
  return number;
}

std::string to_text(double microseconds) {
  const double size = std::abs(microseconds);
  if (size >= kKilo * kKilo) return fmt::format("{:.3g} s", microseconds / kKilo / kKilo);
  if (size >= kKilo) return fmt::format("{:.2f} ms", microseconds / kKilo);
  if (size >= 10) return fmt::format("{:.0f} µs", microseconds);
  if (size >= 1) return fmt::format("{:.1f} µs", microseconds);
  return fmt::format("{:.0f} ns", microseconds * kKilo);
}

std::string compare(const LabCost& cost, const Prediction& prediction) {
  const std::optional<Cost> start = cost_of(cost.start);
  const std::optional<Cost> running = cost_of(cost.running);
  std::string text = row("", "you said", "measured", "without", "with");
  std::string sentences;
  if (start) {
    text += row("added to a start", prediction.added ? to_text(*prediction.added) : "-",
                start->is_clear() ? to_text(start->added) : "< " + to_text(start->noise),
                to_text(start->bare.median), to_text(start->with.median));
    sentences += "\n" + wrapped(start_sentence(*start, prediction.added) + " " + cost.start_why);
  } else {
    text += wrapped("added to a start: not measured here: " + cost.start.absent +
                    ". ./lab doctor tells what this machine can.");
  }
  if (running) {
    text +=
        row(cost.operation, prediction.factor ? times(*prediction.factor) : "-",
            times(running->ratio), to_text(running->bare.median), to_text(running->with.median));
    sentences +=
        "\n" + wrapped(running_sentence(*running, prediction.factor) + " " + cost.running_why);
  } else if (!cost.running.absent.empty()) {
    text += wrapped(cost.operation + ": not measured here: " + cost.running.absent);
  } else {
    sentences += "\n" + wrapped(cost.running_why);
  }
  return text + sentences;
}

}  // namespace toolkit::bench
