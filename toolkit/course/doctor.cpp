#include "toolkit/course/doctor.hpp"

#include <sysexits.h>

#include <cstdio>
#include <cstdlib>

#include "toolkit/course/doctor/diagnosis.hpp"
#include "toolkit/course/doctor/gather.hpp"
#include "toolkit/course/doctor/report.hpp"

namespace toolkit::course {
namespace {

/// See https://no-color.org: any value but the empty one.
Colour colour_for(const TerminalFacts& terminal) {
  const char* no_color = std::getenv("NO_COLOR");
  const bool refused = no_color != nullptr && *no_color != '\0';
  return terminal.is_terminal && !refused ? Colour::yes : Colour::no;
}

}  // namespace

int doctor(const DoctorOptions& options) {
  const Facts facts = gather_here();
  const Diagnosis diagnosis = diagnose(facts);
  const std::string text =
      options.json ? to_json(diagnosis) : to_table(diagnosis, colour_for(facts.terminal));
  std::fputs(text.c_str(), stdout);
  return diagnosis.forbidden ? EX_UNAVAILABLE : EXIT_SUCCESS;
}

std::optional<std::string> what_forbids_containers() {
  const std::optional<Cause> cause = what_forbids(gather_here());
  if (!cause) return {};
  return cause->reason + "; " + cause->remedy;
}

}  // namespace toolkit::course
