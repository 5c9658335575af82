#include "toolkit/check/subject.hpp"

#include <signal.h>

#include "toolkit/check/context.hpp"
#include "toolkit/check/machine_parts.hpp"
#include "toolkit/check/subject_parts.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

/// "/w/uts --hostname kp2": what a learner types to see it happen again.
std::string told(const std::string& name, const std::vector<std::string>& arguments) {
  std::string text = name;
  const auto& usual = context().usual_names;  // those that `lab run` has
  for (const std::string& word : arguments) {
    const auto name_there = usual.find(word);
    text += ' ' + shell_quote(name_there == usual.end() ? word : name_there->second);
  }
  return text;
}

Following following(const StartOptions& options) {
  if (context().tracing) return Following::recorded;
  return options.unfinished == Unfinished::refused ? Following::no : Following::held;
}

Launched begin(Machine& machine, const std::vector<std::pair<Ns, Fd>>& namespaces, Powers powers,
               const std::vector<std::string>& arguments, const StartOptions& options,
               const std::function<void(pid_t)>& before) {
  const std::string& name = context().settings.name;
  context().did = options.confined_by.empty() ? told(name, arguments)
                                              : options.confined_by + ' ' + told(name, arguments);
  context().started = true;
  if (context().tracing) context().calls.push_back({.who = kHeading, .text = context().did});
  std::vector<std::string> argv{name};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment{"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                       "HOME=" + (options.as ? options.as->home : "/root"),
                                       "TERM=dumb"};
  environment.insert(environment.end(), options.environment.begin(), options.environment.end());
  return launch({.namespaces = namespaces,
                 .program = options.program.empty() ? machine.work(name) : options.program,
                 .argv = argv,
                 .environment = environment,
                 .powers = powers,
                 .with_child = options.with_child,
                 .leaks = options.leaks,
                 .without = options.without,
                 .interface_calls = options.interface_calls,
                 .user = options.as,
                 .confine = options.confine,
                 .following = following(options),
                 .probe_content = probe_content()},
                before);
}

/// The first child that a program has, or the program.
pid_t waiting_for(pid_t program, const Machine& machine) {
  for (const pid_t pid : machine.processes()) {
    if (parent_of(pid) == program) return pid;
  }
  return program;
}

/// How many copies of itself a command asks a payload for; orphans have a helper, too.
std::size_t forks_of(std::string_view command) {
  constexpr std::string_view kOrphans = "orphans ";
  if (!command.starts_with(kOrphans)) return command == "fork" ? 1 : 0;
  return parse_number(command.substr(kOrphans.size())).value_or(0) + 1;
}

}  // namespace

Subject Machine::start(const std::vector<std::string>& arguments, const StartOptions& options) {
  const auto fence = [this](pid_t starter) {
    if (parts_->fence) parts_->fence->add(starter);
    if (parts_->delegation) parts_->delegation->settle(starter);
  };
  auto parts = std::make_unique<Subject::Parts>(
      *this, *parts_,
      begin(*this, parts_->kept.namespaces, parts_->powers, arguments, options, fence));
  Subject::Parts& now = *parts;
  Subject subject(std::move(parts));
  const std::string why = now.pump(
      [&now] { return (now.payload != 0 && now.pid != 0) || now.held != 0 || now.impostor; });
  now.require_fair_play();
  if (now.payload != 0) return subject;
  if (options.unfinished == Unfinished::held_or_hanging && is_hang(why)) {
    now.hang = why;
    now.held = waiting_for(now.pid, *this);
    return subject;
  }
  const bool may_end = options.unfinished != Unfinished::refused && why.empty();
  if (!may_end || now.is_due()) now.refuse(why);
  return subject;
}

Ended Machine::finish(const std::vector<std::string>& arguments, const StartOptions& options) {
  const auto fence = [this](pid_t starter) {
    if (parts_->fence) parts_->fence->add(starter);
    if (parts_->delegation) parts_->delegation->settle(starter);
  };
  auto parts = std::make_unique<Subject::Parts>(
      *this, *parts_,
      begin(*this, parts_->kept.namespaces, parts_->powers, arguments, options, fence));
  Subject::Parts& now = *parts;
  Subject subject(std::move(parts));
  const std::string why =
      now.pump([&now] { return (now.payload != 0 && now.pid != 0) || now.impostor; });
  now.require_fair_play();
  if (!why.empty()) now.refuse(why);
  if (now.payload != 0) subject.tell("exit 0");
  return subject.wait();
}

Subject::Subject(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Subject::Subject(Subject&& other) noexcept = default;

Subject::~Subject() {
  if (!parts_) return;
  try {
    if (parts_->lost || parts_->impostor || parts_->twice) {
      kill();  // what it would do now is known, or not wanted
      parts_->compared = true;
    }
    if (!parts_->over()) {
      if (parts_->payload != 0) tell("exit 0");
      if (parts_->held != 0) write_all(parts_->launched.control, ".", "control");
      parts_->pump([] { return false; });
    }
    if (!parts_->over()) {  // its parent must see its end: nobody else may be there to reap it
      kill();
      parts_->compared = true;
      parts_->pump([] { return false; });
    }
    parts_->note_leftovers();
  } catch (
      ...) {  // NOLINT: a destructor has nobody to tell, and the machine ends with all that is in it
  }
}

pid_t Subject::pid() const noexcept { return parts_->pid; }
pid_t Subject::payload() const noexcept { return parts_->payload; }
bool Subject::arrived() const noexcept { return parts_->payload != 0; }
bool Subject::hangs() const noexcept { return !parts_->hang.empty(); }
pid_t Subject::stands() const noexcept { return arrived() ? parts_->payload : parts_->held; }
const std::string& Subject::out() const noexcept { return parts_->out; }
const std::string& Subject::err() const noexcept { return parts_->err; }

void Subject::insist() {
  if (arrived()) return;
  parts_->let_go();
  parts_->refuse(parts_->hang);
}

std::string Subject::let_go() {
  if (arrived()) return {};
  parts_->let_go();
  return parts_->end_of_it();
}

void Subject::fail_here(Failure failure, std::string_view about) {
  if (!arrived()) {
    parts_->let_go();
    if (parts_->is_due()) parts_->refuse({});
    const std::string words = parts_->last_words();
    if (words.find(about) != words.npos) failure.seen += words;
  }
  fail(std::move(failure));
}

void Subject::tell(const std::string& command) {
  ++parts_->commands;
  parts_->asked += command.size() + 1;
  try {
    write_all(parts_->launched.out, command + '\n', "payload");
  } catch (const SystemError&) {  // NOLINT: it has gone, which the next answer or end tells
  }
}

std::string Subject::ask(const std::string& command, const std::string& hint) {
  Parts& now = *parts_;
  now.answers.clear();
  now.shared.forks += forks_of(command);
  tell(command);
  const std::string why = now.pump([&now] { return !now.answers.empty() || now.twice; });
  now.require_fair_play();
  if (now.answers.empty()) {
    expect_written(now.err);
    fail({.expected = "the command that your program started goes on until it is told to end",
          .seen =
              why.empty() ? "it ended, or lost its standard output" : "it does not answer: " + why,
          .evidence = "the payload was told: " + command,
          .hint = hint});
  }
  std::string answer = now.answers.front();
  now.answers.erase(now.answers.begin());
  return answer;
}

void Subject::signal(int number) {
  if (!parts_->over() && parts_->pid != 0) ::kill(parts_->pid, number);
}
void Subject::kill() { signal(SIGKILL); }

Ended Subject::wait(const std::string& hint) {
  Parts& now = *parts_;
  const std::string why = now.pump([] { return false; });
  now.require_fair_play();
  if (!now.over()) {
    fail({.expected = "your program ends when its command has ended",
          .seen = why,
          .evidence = "/proc/PID/syscall of the processes in the machine",
          .hint = hint});
  }
  now.note_leftovers();
  return now.ended();
}

}  // namespace toolkit::checks
