#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/check/trace.hpp"
#include "toolkit/check/verdict.hpp"

namespace toolkit::checks {

/// What the checker was started with.
struct Settings {
  std::string subject;                             ///< the learner's program
  std::string probe;                               ///< the payload
  std::string name = "program";                    ///< argv[0] of the learner's program
  std::map<std::string, std::string> beside = {};  ///< programs of other labs, by argv[0]
  std::vector<std::string> hidden = {};  ///< names of the host's programs that do a lab's work
  int report = 1;                        ///< descriptor that results are written to
  std::vector<std::string> only = {};    ///< ids of checks, or of steps; all when empty
  bool list = false;                     ///< run nothing, write what there is to run
  bool explain = false;                  ///< tell the calls of the first step that fails
  bool until_failure = false;            ///< what comes after a check that failed is not run
};

/// Which hint answers which failed call of the learner's program.
struct Signature {
  std::string_view call;
  int error;
  std::string_view hint;
};

/// In the place of a process: what follows are the calls of the program, started so.
constexpr int kHeading = -1;

/// What is known while one check runs; machines and subjects write to it.
struct Context {
  Settings settings = {};
  std::vector<Signature> signatures = {};
  bool tracing = false;  ///< this run is the second one, of a check that failed: calls are recorded
  std::string step = {};  ///< the id of the check that runs: "04.2a"
  std::string did = {};
  std::map<std::string, std::string> usual_names = {};  ///< of the probe, by that of this machine
  std::vector<Leftover> left = {};
  std::vector<TracedCall> calls = {};
  Consult consult = Consult::when_it_ended;  ///< as the check that failed wants it
  bool failed = false;                       ///< some check so far came to neither PASS nor SKIP
  bool started = false;                      ///< a program was started on this check's machine
  bool dead =
      false;  ///< the program, its payload or its machine has ended: what can't be read then is no fault of ours
};
/// The one of this process. A checker runs one check at a time.
Context& context();

/// At namespace scope of a lab's check.cpp, by SIGNATURES.
struct SignatureTable {
  SignatureTable(std::initializer_list<Signature> signatures);
};

}  // namespace toolkit::checks
