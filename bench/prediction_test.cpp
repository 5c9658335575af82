#include "bench/prediction.hpp"

#include "toolkit/test/test.hpp"

using toolkit::bench::compare;
using toolkit::bench::LabCost;
using toolkit::bench::parse_factor;
using toolkit::bench::parse_time;
using toolkit::bench::Sample;
using toolkit::bench::to_text;

namespace {

LabCost cost(double bare, double with, double operation, double operation_with) {
  const auto both = [](double wall) { return std::vector<Sample>(4, {.wall = wall, .cpu = wall}); };
  return {.number = "04",
          .name = "uts",
          .what = "a UTS namespace",
          .start_why = "The first reason.",
          .operation = "uname",
          .running_why = "The second reason.",
          .start = {.bare = both(bare), .with = both(with)},
          .running = {.bare = both(operation), .with = both(operation_with)}};
}

/// Words apart by one blank, so that it does not matter where lines end.
std::string flat(const std::string& text) {
  std::string all;
  for (const char c : text) {
    const char next = c == '\n' ? ' ' : c;
    if (next != ' ' || !all.ends_with(' ')) all.push_back(next);
  }
  return all;
}

bool contains(const std::string& text, const std::string& part) {
  return flat(text).find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("prediction: a time is read with its unit, and without it is microseconds") {
    CHECK(parse_time("40") == 40);
    CHECK(parse_time(" 40 µs ") == 40);
    CHECK(parse_time("40us") == 40);
    CHECK(parse_time("0.5 ms") == 500);
    CHECK(parse_time("1,5 ms") == 1500);
    CHECK(parse_time("500 ns") == 0.5);
    CHECK(parse_time("0") == 0);
    CHECK(parse_time("2 s") == 2e6);
  }

  TEST_CASE("prediction: a factor is read with its sign or without") {
    CHECK(parse_factor("1.5") == 1.5);
    CHECK(parse_factor("x1,5") == 1.5);
    CHECK(parse_factor("x 2") == 2);
    CHECK(parse_factor("2 x") == 2);
    CHECK(parse_factor("3 times") == 3);
  }

  TEST_CASE("prediction: what is no number is none") {
    for (const char* text : {"", "much", "40 µm", "-1", "nan", "inf", "1e999", "40 40", "\xff"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_time(text));
    }
    for (const char* text : {"", "x", "0", "-1", "1.5 ms", "twice", "nan"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_factor(text));
    }
  }

  TEST_CASE("prediction: a time is told in the unit that fits") {
    CHECK(to_text(0.038) == "38 ns");
    CHECK(to_text(3.14) == "3.1 µs");
    CHECK(to_text(314.1) == "314 µs");
    CHECK(to_text(3141) == "3.14 ms");
    CHECK(to_text(1.5e6) == "1.5 s");
    CHECK(to_text(-3.14) == "-3.1 µs");
  }

  TEST_CASE("prediction: both stand side by side, with the reasons") {
    const std::string text = compare(cost(200, 300, 1, 1.5), {.added = 40, .factor = 1.5});
    CHECK(contains(text, " added to a start 40 µs 100 µs 200 µs 300 µs "));
    CHECK(contains(text, " uname x 1.50 x 1.50 1.0 µs 1.5 µs "));
    CHECK(contains(text,
                   "It adds more than you said: 100 µs, 50 % of a bare start. The first reason."));
    CHECK(contains(
        text, "Running, it is about as you said: it takes x 1.50 as long. The second reason."));
  }

  TEST_CASE("prediction: within a factor of two it is about right") {
    CHECK(contains(compare(cost(200, 300, 1, 1), {.added = 55}),
                   "It adds about what you said: 100 µs"));
    CHECK(contains(compare(cost(200, 300, 1, 1), {.added = 190}), "It adds about what you said"));
    CHECK(contains(compare(cost(200, 300, 1, 1), {.added = 210}), "It adds less than you said"));
  }

  TEST_CASE("prediction: none is no fault") {
    const std::string text = compare(cost(200, 300, 1, 2), {});
    CHECK(contains(text, " added to a start - 100 µs 200 µs 300 µs "));
    CHECK(contains(text, "It adds 100 µs, 50 % of a bare start."));
    CHECK(contains(text, "Running, it takes x 2.00 as long."));
    CHECK_FALSE(contains(text, "said:"));
  }

  TEST_CASE("prediction: no difference is told as such") {
    const std::string text = compare(cost(200, 200, 1, 1.01), {.added = 3, .factor = 4});
    CHECK(contains(
        text,
        "What it adds can't be told here from what starts differ by anyway; you said 3.0 µs."));
    CHECK(contains(text, "Running, it costs less than you said: no difference can be told."));
    CHECK(contains(compare(cost(200, 200, 1, 1), {.factor = 1}), "it is about as you said"));
  }

  TEST_CASE("prediction: what can't be measured here is told with its reason") {
    LabCost absent = cost(1, 1, 1, 1);
    absent.start = {.absent = "clone3: Operation not permitted"};
    absent.running = absent.start;
    const std::string text = compare(absent, {.added = 3, .factor = 4});
    CHECK(contains(text, "added to a start: not measured here: clone3: Operation not permitted"));
    CHECK(contains(text, "uname: not measured here: clone3: Operation not permitted"));
    CHECK(contains(text, "./lab doctor"));
  }

  TEST_CASE("prediction: no line is wider than 80 columns") {
    LabCost wide = cost(200, 300, 1, 1.5);
    wide.operation = "a byte there and back by UDP";
    for (int i = 0; i < 30; ++i) wide.start_why += " µµµµµ";
    const std::string text = compare(wide, {.added = 1e9, .factor = 1e6});
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      const std::string line = text.substr(begin, end - begin);
      const auto letters =
          std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; });
      CHECK_MESSAGE(letters <= 80, line);
    }
  }
}
