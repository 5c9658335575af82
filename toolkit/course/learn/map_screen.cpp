#include "toolkit/course/learn/map_screen.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "toolkit/course/screen/page.hpp"

namespace toolkit::course {
namespace {

constexpr Style kBold{.bold = true};
constexpr Style kDim{.dim = true};

std::string steps_of(const LabStanding& standing) {
  if (standing.steps == 0) return {};
  return fmt::format("{} of {}", standing.passed, standing.steps);
}

/// What to type to work on a lab: its guide first, then its check.
std::string command_for(const Lab& lab, const LabStanding& standing) {
  return fmt::format("./lab {} {}", standing.steps == 0 ? "read" : "check", lab.number);
}

bool is_in(const std::vector<std::string>& names, const Lab& lab) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return name == lab.name || name == lab.number;
  });
}

const Lab* lab_called(const Catalogue& catalogue, const std::string& name) {
  const auto found = std::find_if(catalogue.labs.begin(), catalogue.labs.end(),
                                  [&](const Lab& lab) { return lab.name == name; });
  return found == catalogue.labs.end() ? nullptr : &*found;
}

class Map {
 public:
  Map(const Catalogue& catalogue, const std::vector<LabStanding>& standings, const Lab* here,
      const Look& look)
      : catalogue_(catalogue), standings_(standings), here_(here), look_(look), page_(look) {}

  std::string text(const Track* track) {
    page_.add({page_.span("Cooperage: build Linux containers by hand", kBold)});
    if (track != nullptr) page_.add({page_.span("track: " + track->title, kDim)});
    page_.empty_line();
    std::size_t done = 0;
    std::size_t all = 0;
    for (const Part& part : catalogue_.parts) {
      bool headed = false;
      for (const std::string& name : part.labs) {
        const Lab* lab = lab_called(catalogue_, name);
        if (lab == nullptr || (track != nullptr && !is_in(track->labs, *lab))) continue;
        if (!headed)
          page_.add({page_.span(std::string(1, part.letter) + "  " + part.title, kBold)});
        headed = true;
        row(*lab);
        ++all;
        const LabStanding standing = lab_standing(standings_, lab->name);
        if (standing.done && standing.rest.empty()) ++done;
      }
    }
    page_.empty_line();
    end(done, all);
    return page_.text();
  }

 private:
  [[nodiscard]] Span sign(const Lab& lab, const LabStanding& standing) const {
    const bool utf8 = look_.charset == Charset::utf8;
    if (standing.done && !standing.rest.empty()) return {utf8 ? "–" : "-", {.ink = Ink::yellow}};
    if (standing.done) return {utf8 ? "✓" : "+", {.ink = Ink::green}};
    if (here_ != nullptr && here_->name == lab.name) {
      return {utf8 ? "›" : ">", {.bold = true, .ink = Ink::yellow}};
    }
    return {utf8 ? "·" : ".", kDim};
  }

  void row(const Lab& lab) {
    constexpr std::size_t kName = 22;
    const LabStanding standing = lab_standing(standings_, lab.name);
    Line line{{"   "}, sign(lab, standing), page_.span(' ' + called(lab))};
    line = padded(std::move(line), kName);
    const bool titled = lab.milestone == lab.title;
    line.push_back(page_.span(' ' + lab.title));
    if (titled) line.push_back(page_.span(" (milestone)", kDim));
    const std::string steps = steps_of(standing);
    page_.add(
        justified(line, steps.empty() ? Line{} : Line{page_.span(steps, kDim)}, page_.width()));
    if (standing.done && !standing.rest.empty()) {
      const char* lacks = standing.rest.starts_with("sudo") ? "needs root" : "was skipped";
      page_.add({{std::string(kName + 1, ' ')},
                 page_.span(fmt::format("the rest {}: {}", lacks, standing.rest), kDim)});
    }
    if (!lab.milestone.empty() && !titled) {
      page_.add({{std::string(kName + 1, ' ')}, page_.span("milestone: " + lab.milestone, kDim)});
    }
  }

  void end(std::size_t done, std::size_t all) {
    const std::string count = fmt::format("{} of {} labs passed.", done, all);
    if (here_ == nullptr) {
      page_.paragraph(count + " There is no lab left; ./lab demo shows what it was all for.", 0);
      return;
    }
    page_.paragraph(fmt::format("{} You are at {}.", count, called(*here_)), 0);
    page_.add({{"next:  "},
               page_.span(command_for(*here_, lab_standing(standings_, here_->name)), kBold)});
    page_.add({{"more:  "}, page_.span("./lab help", kDim)});
  }

  const Catalogue& catalogue_;
  const std::vector<LabStanding>& standings_;
  const Lab* here_;
  Look look_;
  Page page_;
};

}  // namespace

std::string called(const Lab& lab) {
  std::string name = lab.name;
  const std::size_t dash = name.find('-');
  if (dash != std::string::npos) name[dash] = ' ';
  return name;
}

std::string render_map(const Catalogue& catalogue, const std::vector<LabStanding>& standings,
                       const Lab* here, const Track* track, const Look& look) {
  return Map(catalogue, standings, here, look).text(track);
}

std::string render_next(const Catalogue& catalogue, const std::vector<LabStanding>& standings,
                        const Lab* here, const Look& look) {
  Page page(look);
  if (here == nullptr) {
    page.paragraph("All labs are passed. There is no next one.", 0);
    return page.text();
  }
  const LabStanding standing = lab_standing(standings, here->name);
  page.add(justified({page.span(called(*here), kBold), page.span(" · " + here->title)},
                     {page.span(fmt::format("about {} minutes", here->minutes), kDim)},
                     page.width()));
  page.paragraph(here->idea, 2);
  std::vector<std::string> open;
  for (const std::string& name : here->prerequisites) {
    const Lab* before = lab_called(catalogue, name);
    if (before != nullptr && !lab_standing(standings, name).done) open.push_back(called(*before));
  }
  if (!open.empty()) {
    page.paragraph(
        fmt::format("It builds on {}, which you have not passed.", fmt::join(open, " and ")), 2);
  }
  if (standing.steps > 0) page.paragraph(steps_of(standing) + " steps passed so far.", 2);
  page.empty_line();
  page.add({{"  "}, page.span(command_for(*here, standing), kBold)});
  return page.text();
}

}  // namespace toolkit::course
