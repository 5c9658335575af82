#pragma once

#include <optional>
#include <string>
#include <vector>

#include "toolkit/check/launcher.hpp"
#include "toolkit/check/machine_parts.hpp"
#include "toolkit/check/patience.hpp"
#include "toolkit/check/streams.hpp"
#include "toolkit/check/subject.hpp"
#include "toolkit/check/witness.hpp"

namespace toolkit::checks {

/// Is that why the patience was over?
bool is_hang(std::string_view why);

struct Subject::Parts {
  Parts(const Machine& machine, Machine::Parts& shared, Launched started);
  ~Parts();
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  const Machine& machine;
  Machine::Parts& shared;  ///< with the other programs on the machine
  Launched launched;
  Listener listener;
  pid_t pid = 0;      ///< 0 until the starter has said it
  pid_t payload = 0;  ///< 0 until it came
  pid_t held = 0;
  std::optional<std::string> impostor = {};  ///< who answered in the payload's place
  bool twice = false;                        ///< a second payload came
  bool lost = false;                         ///< the patience with it was over
  std::string hang = {};                     ///< where it waits for ever, if that may be looked at
  std::vector<std::string> answers = {};     ///< lines of the payload that nobody has taken yet
  std::uint64_t commands = 0;                ///< lines that the payload was told
  std::uint64_t heard = 0;                   ///< lines that came with its number on them
  std::uint64_t asked = 0;                   ///< their bytes: a payload reads as many
  std::optional<std::uint64_t> read_before = {};  ///< bytes that it had read when it came
  std::string out = {};
  std::string err = {};
  std::uint64_t err_bytes = 0;
  bool err_open = true;
  bool control_open = true;
  std::optional<int> status = {};  ///< as a shell gives it
  int ended_by = 0;                ///< the signal, or 0
  bool compared = false;

  /// Reads and waits until `done` or the program's end. Why the patience was over, or nothing.
  std::string pump(const std::function<bool()>& done);
  [[nodiscard]] bool over() const noexcept { return status.has_value() || !control_open; }
  [[nodiscard]] bool is_due() const;
  /// Lets a process that is held end, and the program with it.
  void let_go();
  /// What the program said last, on a line of its own; nothing when that is a later step.
  [[nodiscard]] std::string last_words() const;
  /// On a line of its own: where it waits, or at which step it stopped that is not written yet.
  [[nodiscard]] std::string end_of_it() const;
  /// FAIL with what is known of a program that came to its end, or to none, before its payload.
  [[noreturn]] void refuse(const std::string& why);
  void require_fair_play() const;
  /// FAIL unless it was the payload that read what it was told.
  void require_own_answers() const;
  void note_leftovers();
  [[nodiscard]] Ended ended() const;

 private:
  void hear(const Said& said);
  void obey(const std::string& line);
  void read_control();
  void arrive(pid_t who);
  /// The end, after which the patience is over: pump() notes it.
  std::string pump_until(const std::function<bool()>& done);
  /// How many processes run the probe that no program on the machine was seen to start.
  [[nodiscard]] std::size_t strangers() const;
};

}  // namespace toolkit::checks
