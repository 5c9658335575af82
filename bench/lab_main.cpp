// lab-cost: what the mechanism of a lab costs on this machine. `./lab bench labs` and `./lab bench predict` start it.
#include <fmt/format.h>
#include <getopt.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "bench/lab_report.hpp"
#include "bench/workspace.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::bench {
namespace {

constexpr int kUsageError = 2;
constexpr int kInterrupted = 130;

struct Options {
  std::string number = {};  ///< of the lab to predict; empty: all labs, in a table
  std::string json = {};    ///< the file for the numbers; "-" is stdout
  bool quick = false;
};

/// lab-cost [--predict NUMBER] [--quick] [--json FILE]
std::optional<Options> parse(int argc, char** argv) {
  constexpr std::array<option, 4> kOptions = {{{"predict", required_argument, nullptr, 'p'},
                                               {"quick", no_argument, nullptr, 'q'},
                                               {"json", required_argument, nullptr, 'j'},
                                               {nullptr, 0, nullptr, 0}}};
  Options options;
  int letter = 0;
  while ((letter = ::getopt_long(argc, argv, "", kOptions.data(), nullptr)) != -1) {
    if (letter == 'p') options.number = ::optarg;
    if (letter == 'q') options.quick = true;
    if (letter == 'j') options.json = ::optarg;
    if (letter == '?') return {};
  }
  if (::optind != argc) return {};
  return options;
}

/// A line of stdin, byte by byte, so that nothing of what follows is taken; nothing at the end.
std::optional<std::string> read_line() {
  std::string line;
  char byte = 0;
  ssize_t got = 0;
  while ((got = ::read(STDIN_FILENO, &byte, 1)) == 1 && byte != '\n') line.push_back(byte);
  if (got != 1 && line.empty()) return {};
  return line;
}

/// Asks for a number on the stream where the conversation is. No answer is one, too.
std::optional<double> ask(FILE* stream, const std::string& question,
                          std::optional<double> (*parse)(std::string_view)) {
  fmt::print(stream, "{} ", question);
  std::fflush(stream);
  const std::optional<std::string> line = read_line();
  if (!line || ::isatty(STDIN_FILENO) != 1)
    fmt::print(stream, "{}\n", line ? printable(*line) : "");
  if (!line || trim(*line).empty()) return {};
  const std::optional<double> number = parse(*line);
  if (!number) fmt::print(stream, "  That is no number I can read; it is left out.\n");
  return number;
}

Prediction ask_for_prediction(FILE* stream, const Mechanism& lab) {
  fmt::print(stream, "Lab {}-{}: {}.\n", lab.number, lab.name, lab.what);
  if (!lab.enter && lab.kinds == Ns::none) return {};
  Prediction prediction;
  fmt::print(stream, "Predict what that costs. Enter alone is no prediction.\n\n");
  fmt::print(stream, "A bare process takes about {} here, from clone3(2) until it is reaped.\n",
             to_text(bare_start()));
  prediction.added = ask(stream, "How many µs does this add?", parse_time);
  if (lab.prepare) {
    fmt::print(stream, "\nA process runs. Without it, {} takes {}.\n", lab.operation,
               to_text(bare_operation(lab)));
    prediction.factor =
        ask(stream, "With it, how many times as long (1 is the same)?", parse_factor);
  }
  return prediction;
}

std::string beside(Standing standing) {
  switch (standing) {
    case Standing::root:
      return "A bare process has no namespace of its own.";
    case Standing::root_of_user_namespace:
      return "You are no root, so all of this is in a user namespace, the bare process too.";
    case Standing::user:
      return "This user can make no user namespace, and so no other: ./lab doctor tells why.";
  }
  return {};
}

void save(const std::string& file, const std::string& json) {
  if (file.empty()) return;
  if (file == "-") {
    fmt::print("{}", json);
    return;
  }
  const Fd out = open_file(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  write_all(out, json, file);
}

std::string busy_line(const Machine& machine) {
  if (!is_busy(machine)) return {};
  return "The machine is busy with other things: trust ratios and p10 more than medians.\n";
}

int predict(const Options& options) {
  const std::vector<Mechanism> all = mechanisms();
  const auto lab = std::find_if(all.begin(), all.end(), [&](const Mechanism& mechanism) {
    return mechanism.number == options.number;
  });
  if (lab == all.end()) {
    fmt::print(stderr, "lab: of lab {} no cost is known\n", printable(options.number));
    return EX_UNAVAILABLE;
  }
  const Standing standing = take_standing();
  Machine machine = observe_machine(std::string(kTreesBelow));
  FILE* stream = options.json == "-" ? stderr : stdout;
  const Prediction prediction = ask_for_prediction(stream, *lab);
  const bool is_something = lab->enter || lab->kinds != Ns::none;
  if (is_something) fmt::print(stream, "\nMeasuring …\n\n");
  std::fflush(stream);
  constexpr int kEnough = 2000;
  const Limits limits = options.quick ? Limits{.turns = 20} : Limits{.turns = kEnough};
  const LabCost cost = measure_labs({*lab}, limits).front();
  machine.load_after = load_now();
  if (is_something) {
    fmt::print(stream, "{}\n{}{}\n", compare(cost, prediction), busy_line(machine),
               beside(standing));
  } else {
    fmt::print(stream, "{}\n", cost.running_why);
  }
  save(options.json, to_json(machine, standing, cost, prediction));
  return cost.start.absent.empty() ? 0 : EX_UNAVAILABLE;
}

int measure_all(const Options& options) {
  if (!options.json.empty() && options.json != "-")
    save(options.json, "");  // told before the minute, not after
  const Standing standing = take_standing();
  Machine machine = observe_machine(std::string(kTreesBelow));
  const Limits limits =
      options.quick ? Limits{.turns = 10} : Limits{.turns = 300, .time = std::chrono::seconds(30)};
  const std::vector<LabCost> costs = measure_labs(mechanisms(), limits);
  machine.load_after = load_now();
  if (options.json != "-") {
    fmt::print("{}, {} CPUs ({}), load {:.2f} before and {:.2f} after\n{}\n{}", machine.kernel,
               machine.cpus, machine.processor, machine.load_before, machine.load_after,
               busy_line(machine), to_table(costs, beside(standing)));
  }
  save(options.json, to_json(machine, standing, costs));
  return 0;
}

}  // namespace
}  // namespace toolkit::bench

int main(int argc, char** argv) {
  using namespace toolkit::bench;
  try {
    const auto options = parse(argc, argv);
    if (!options) return kUsageError;
    return options->number.empty() ? measure_all(*options) : predict(*options);
  } catch (const Interrupted&) {
    return kInterrupted;
  } catch (const std::exception& error) {
    fmt::print(stderr, "lab: {}\n", error.what());
    return 1;
  }
}
