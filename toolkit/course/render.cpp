#include "toolkit/course/render.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "toolkit/course/learn/step_lines.hpp"
#include "toolkit/course/markdown.hpp"
#include "toolkit/course/screen/characters.hpp"
#include "toolkit/course/screen/page.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

using checks::Result;
using checks::Verdict;

constexpr Style kBold{.bold = true};
constexpr Style kDim{.dim = true};
constexpr int kRungs = 3;
constexpr std::string_view kNoProgram = "your program does not compile";

struct Sign {
  const char* utf8;
  const char* ascii;
  Style style;
};

Sign sign_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return {"✓", "+", {.ink = Ink::green}};
    case Verdict::fail:
      return {"✗", "x", {.bold = true, .ink = Ink::red}};
    case Verdict::blocked:
      return {"·", ".", kDim};
    case Verdict::skip:
      return {"–", "-", {.ink = Ink::yellow}};
    case Verdict::infra:
      return {"!", "!", {.bold = true, .ink = Ink::yellow}};
  }
  return {"?", "?", {}};
}

/// "04-uts" → "uts": the number stands before it.
std::string name_of(const Lab& lab) {
  const std::size_t dash = lab.name.find('-');
  return dash == std::string::npos ? lab.name : lab.name.substr(dash + 1);
}

class CheckScreen {
 public:
  CheckScreen(const Lab& lab, const Report& report, const Look& look, Fold fold)
      : lab_(lab), report_(report), look_(look), fold_(fold), page_(look) {}

  std::string text() {
    head();
    if (!report_.compile_error.empty()) {
      compile_error();
    } else {
      steps();
      if (const Result* failed = first_failed(report_.results)) explain(*failed);
      infra();
      leftovers();
      warnings();
      if (all_passed(report_.results)) reward();
      closing();
    }
    return page_.text();
  }

  std::string hint_alone(const Result& failed) {
    const bool runs = report_.compile_error.empty();
    page_.add({page_.span(
        runs ? failed.id + "  " + failed.title : lab_.number + "  " + std::string(kNoProgram),
        kBold)});
    hint(failed);
    return page_.text();
  }

 private:
  void head() {
    const Line title{page_.span(lab_.number + ' ' + name_of(lab_), kBold),
                     page_.span(" · " + lab_.title)};
    Line compiled;
    if (report_.compile_seconds > 0 && report_.compile_error.empty()) {
      compiled = {page_.span(fmt::format("compiled in {:.1f} s", report_.compile_seconds), kDim)};
    }
    page_.add(justified(title, compiled, page_.width()));
    page_.empty_line();
  }

  void step(Verdict verdict, const std::string& id, const std::string& title,
            const std::string& note) {
    const Sign sign = sign_of(verdict);
    const Style style = verdict == Verdict::blocked ? kDim : Style{};
    Line line{{"  "},
              {look_.charset == Charset::utf8 ? sign.utf8 : sign.ascii, sign.style},
              page_.span(' ' + id + "  " + title, style)};
    const Line right = note.empty() ? Line{} : Line{page_.span(note, kDim)};
    page_.add(justified(line, right, page_.width()));
  }

  void steps() {
    constexpr std::size_t kBeforeTitle = 6;
    const std::vector<StepLine> all = step_lines(lab_, report_.results, fold_);
    std::size_t widest = 0;
    for (const StepLine& line : all) widest = std::max(widest, line.id.size());
    for (const StepLine& line : all) {
      step(line.verdict, fmt::format("{:<{}}", line.id, widest), line.title, line.note);
      page_.paragraph(line.lacking, kBeforeTitle + widest, kDim);
      page_.paragraph(line.remedy, kBeforeTitle + widest, kDim);
    }
  }

  void compile_error() {
    step(Verdict::fail, lab_.number, std::string(kNoProgram), "");
    page_.empty_line();
    page_.verbatim(report_.compile_error, 2);
    page_.empty_line();
    page_.paragraph("Nothing was run. Mend this first: later errors are often its consequences.",
                    2);
    hint({});
  }

  /// Two are enough at a time; none is an error here.
  void warnings() {
    constexpr std::size_t kShown = 2;
    if (report_.warnings.empty()) return;
    page_.empty_line();
    for (std::size_t i = 0; i < std::min(kShown, report_.warnings.size()); ++i) {
      page_.field(page_.span("warning", kDim), report_.warnings[i]);
    }
    if (report_.warnings.size() > kShown) {
      const std::size_t more = report_.warnings.size() - kShown;
      page_.field(page_.span("", kDim),
                  fmt::format("and {} of the compiler", counted(more, "more warning")));
    }
  }

  /// All that is known of the check that failed, in the order in which one asks for it.
  void explain(const Result& result) {
    page_.empty_line();
    page_.add({page_.span(result.id + "  " + result.title, kBold)});
    page_.field(page_.span("did", kDim), calls({result.did}));
    page_.field(page_.span("expected", kDim), result.expected);
    page_.field(page_.span("seen", {.ink = Ink::red}), result.seen);
    page_.field(page_.span("evidence", kDim), result.evidence);
    page_.field(page_.span("call", kDim), calls(result.explained));
    hint(result);
  }

  /// What goes on in a second line is set in there, or it would look like two.
  [[nodiscard]] std::vector<Line> calls(const std::vector<std::string>& told) const {
    constexpr std::size_t kHang = 2;
    std::vector<Line> all;
    for (const std::string& call : told) {
      const std::vector<Line> lines = prefixed(
          wrap({page_.span(call)}, page_.width_of_field() - kHang), {}, {std::string(kHang, ' ')});
      all.insert(all.end(), lines.begin(), lines.end());
    }
    return all;
  }

  void hint(const Result& result) {
    const bool told = !result.explained.empty();
    std::vector<std::string> ways;
    if (report_.hint) {
      Look beside = look_;
      beside.width = page_.width_of_field();
      page_.field(
          page_.span(fmt::format("hint {}/{}", report_.hint->number, kRungs), {.ink = Ink::cyan}),
          lay_out_markdown(report_.hint->text, beside));
      if (report_.hint->number < kRungs) ways.push_back("next hint: ./lab hint " + lab_.number);
    }
    if (!told && report_.compile_error.empty())
      ways.push_back(fmt::format("the call itself: ./lab check {} --explain", lab_.number));
    // Side by side where there is room; a command is never broken over two lines.
    constexpr std::size_t kIndent = 12;
    const std::string both = fmt::format("{}", fmt::join(ways, "   "));
    if (both.size() + kIndent <= page_.width()) ways = {both};
    for (const std::string& way : ways) {
      if (!way.empty()) page_.add({{std::string(kIndent, ' ')}, page_.span(way, kDim)});
    }
  }

  void infra() {
    for (const Result& result : report_.results) {
      if (result.verdict != Verdict::infra) continue;
      page_.empty_line();
      page_.add({page_.span(result.id + "  " + result.title, kBold)});
      page_.paragraph(
          "The checker itself failed here. This is not your program's fault, and it costs nothing. "
          "Check again; if it stays, ./lab doctor says what this machine lacks.",
          2);
      page_.field(page_.span("reason", kDim), result.reason);
    }
  }

  /// What was left, and what was taken away; of either the first few.
  void leftovers() {
    constexpr std::size_t kFew = 3;
    const std::vector<FoundLeft> found = left_behind(report_.results);
    if (found.empty()) return;
    for (const bool gone : {false, true}) {
      std::size_t count = 0;
      for (const FoundLeft& one : found) {
        if (is_gone(one.left) == gone && count++ < kFew) leftover(one);
      }
      if (count > kFew) {
        page_.empty_line();
        page_.paragraph(
            fmt::format("… and {} more {}", count - kFew, gone ? "that are gone" : "left behind"),
            2);
      }
    }
    page_.empty_line();
    page_.paragraph(
        "The machine was thrown away, and this with it. On one of yours it would have stayed.", 2);
  }

  static bool is_gone(const checks::Leftover& left) { return left.remedy == "none"; }

  void leftover(const FoundLeft& found) {
    page_.empty_line();
    const std::string by = found.found_by + "  ";
    const bool gone = is_gone(found.left);
    const Line what{page_.span((gone ? "" : "left behind: ") + found.left.what, kBold)};
    page_.add(prefixed(wrap(what, page_.width() - std::min(by.size(), page_.width() / 2)),
                       {page_.span(by, kBold)}, {{std::string(by.size(), ' ')}}));
    if (!gone) page_.command(page_.span("remedy", kDim), found.left.remedy);
  }

  /// What was skipped is not done, whatever the rest came to.
  void reward() {
    page_.empty_line();
    if (outcome_of(report_.results).skipped == 0) {
      page_.field(page_.span("now", {.bold = true, .ink = Ink::green}), lab_.done);
      page_.field(page_.span("milestone", {.bold = true, .ink = Ink::green}), lab_.milestone);
    } else {
      page_.field(page_.span("so far", {.bold = true, .ink = Ink::yellow}),
                  "All that can be checked here passes. " + not_looked_at(report_.results) +
                      " The lab has passed when that does too.");
      page_.command(page_.span("the rest", kDim), command_for_rest(lab_, report_.results));
    }
    if (outcome_of(report_.results).skipped == 0) {
      page_.command(page_.span("compare", kDim),
                    fmt::format("./lab diff {}: yours against the solution", lab_.number));
    }
    page_.command(page_.span("go on", kDim), "./lab next");
  }

  void closing() {
    const Outcome outcome = outcome_of(report_.results);
    std::string text = fmt::format("{} of {}", outcome.passed, counted(outcome.steps, "step"));
    if (outcome.skipped > 0) text += " · " + counted(outcome.skipped, "check") + " skipped";
    if (outcome.unjudged > 0) text += " · " + counted(outcome.unjudged, "check") + " not judged";
    text += fmt::format(" · {:.1f} s", report_.check_seconds);
    const bool left = std::any_of(report_.results.begin(), report_.results.end(),
                                  [](const Result& result) { return !result.left.empty(); });
    text += left ? " · your program left something behind" : " · nothing left behind";
    const std::string where = " on this machine";
    constexpr std::size_t kIndent = 2;
    const bool fits = kIndent + columns(std::string_view(text)) + where.size() <= page_.width();
    if (!left && fits) text += where;
    page_.empty_line();
    page_.paragraph(text, kIndent);
  }

  const Lab& lab_;
  const Report& report_;
  Look look_;
  Fold fold_;
  Page page_;
};

}  // namespace

std::string render_check(const Lab& lab, const Report& report, const Look& look) {
  constexpr std::size_t kScreen = 24;
  std::string text = CheckScreen(lab, report, look, Fold::no).text();
  const bool explained = first_failed(report.results) != nullptr;
  if (!explained || lines(text).size() < kScreen) return text;
  return CheckScreen(lab, report, look, Fold::yes).text();
}

std::string render_hint(const Lab& lab, const Result& failed, const Rung& rung, const Look& look) {
  const bool compiled = failed.hint != "compile" && failed.hint != "not-linked";
  const Report report{.compile_error = compiled ? "" : failed.seen, .hint = rung};
  return CheckScreen(lab, report, look, Fold::no).hint_alone(failed);
}

}  // namespace toolkit::course
