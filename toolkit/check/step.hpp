#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "toolkit/check/context.hpp"
#include "toolkit/check/verdict.hpp"

namespace toolkit::checks {

/// One check, as it is registered.
struct Step {
  const char* id;
  const char* title;
  int points;
  std::vector<std::string> needs;
};

/// Runs a check and writes its result: PASS when body returns, FAIL or SKIP as it left, BLOCKED when
/// something it needs did not pass, INFRA for any other exception. A check that failed is run once more
/// with the program's calls recorded, and the last call that failed chooses the hint.
void perform(const Step& step, const std::function<void()>& body);

}  // namespace toolkit::checks

// A check of a lab: id, title, points, {ids it needs}; then its body. The ids of a step "04.2" are "04.2" or "04.2a", "04.2b".
#define CHECK_STEP(id, title, points, ...) \
  COOPERAGE_CHECK(DOCTEST_ANONYMOUS(check_), id, title, points, __VA_ARGS__)
#define COOPERAGE_CHECK(body, id, title, points, ...)                                          \
  static void body();                                                                          \
  TEST_CASE(id) {                                                                              \
    toolkit::checks::perform({id, title, points, std::vector<std::string> __VA_ARGS__}, body); \
  }                                                                                            \
  static void body()

// Which hint answers which failed call, for a program that ended before its payload came:
// SIGNATURES({"pivot_root", EBUSY, "pivot-busy"}, …);
#define SIGNATURES(...) \
  static const toolkit::checks::SignatureTable DOCTEST_ANONYMOUS(signatures_) { __VA_ARGS__ }
