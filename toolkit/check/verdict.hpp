#pragma once

#include <string>
#include <vector>

namespace toolkit::checks {

/// What one check came to. `skip`: this machine or this user lacks something. `infra`: the checker's
/// own fault, which costs nobody points.
enum class Verdict { pass, fail, blocked, skip, infra };

/// Something the program left on its machine, and the command that would remove it.
struct Leftover {
  std::string what;
  std::string remedy;
  bool operator==(const Leftover&) const = default;
};

/// All that is known of one check: data first, every screen is made of it.
struct Result {
  std::string id;
  std::string title;
  int points = 0;
  std::vector<std::string> needs = {};
  Verdict verdict = Verdict::infra;
  std::string did = {};       ///< the command line the program was started with
  std::string expected = {};  ///< what the kernel should have said
  std::string seen = {};      ///< what it said
  std::string evidence = {};  ///< the file or dump that was read, and its lines that matter
  std::string hint = {};      ///< the ladder in hints.md that answers what was seen
  std::string reason =
      {};  ///< of skip: what is lacking and the remedy; of blocked: by what; of infra: what broke
  std::vector<Leftover> left = {};
  std::vector<std::string> explained = {};  ///< the program's calls, as --explain tells them
  double seconds = 0;
};

/// When does the last call that failed choose the hint, by a lab's SIGNATURES?
enum class Consult {
  when_it_ended,  ///< where the program ended before its payload
  always,         ///< also where it went on: it may have looked away
};

/// What a learner is told of a check that failed.
struct Failure {
  std::string expected;
  std::string seen;
  std::string evidence = {};
  std::string hint = {};
  Consult signatures = Consult::when_it_ended;
};

/// Ends the check with FAIL.
[[noreturn]] void fail(Failure failure);
/// Ends the check with SKIP: what is lacking, and how to get it.
[[noreturn]] void skip(const std::string& reason, const std::string& remedy);

/// How fail() and skip() leave a check; step.cpp alone catches them.
struct Failed {
  Failure failure;
};
struct Skipped {
  std::string reason;
  std::string remedy;
};

}  // namespace toolkit::checks
