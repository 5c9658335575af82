#pragma once

#include <filesystem>
#include <string>

#include "toolkit/test/test.hpp"

namespace toolkit::course {

enum class User { root, normal };
enum class Terminal { no, yes };

/// A machine that is made up, for the script `lab`: its PATH has a few real programs, and packages,
/// sudo, cmake and ninja are some lines of shell that write down who called them and how. Its
/// distribution has one package of each set: compiler (build), peer (bench), judge (test).
class Machine {
 public:
  /// A clone at "a clone", in which nothing was built, on a machine without sudo.
  explicit Machine(const std::string& installed = {});
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  [[nodiscard]] std::filesystem::path clone() const { return scratch_.at("a clone"); }
  [[nodiscard]] std::string at(const std::string& name) const { return scratch_.at(name); }

  /// Names, or name:state where dpkg's state of it is not "installed".
  void set_installed(const std::string& packages) const;
  /// A file that a fake looks for: "offline", "no-lists", "no-configure", "no-compile".
  void mark(const std::string& name) const { scratch_.file(name, ""); }
  /// What sudo does when it may not ask (`sudo -n`): a shell command, "true" or "false".
  void add_sudo(const std::string& without_asking) const;
  /// One more variable for the script.
  void set(const std::string& variable) { environment_.append(" ").append(variable); }
  /// Gives everything to the normal user.
  void give_away() const;

  /// Runs the script with these arguments from another directory. The clone is the user's.
  [[nodiscard]] test::Outcome lab(const std::string& arguments, User user = User::normal,
                                  Terminal terminal = Terminal::no) const;
  /// Runs it as it is owned now.
  [[nodiscard]] test::Outcome lab_as_is(const std::string& arguments, User user,
                                        Terminal terminal = Terminal::no) const;

  /// The same as a command for a shell.
  [[nodiscard]] std::string command(const std::string& arguments, User user) const;

  /// What was called since the last time: lines such as "cmake as 65534: --preset …".
  std::string calls() const;

 private:
  void link(const std::string& program) const;
  void fake(const std::string& name, const std::string& body) const;

  test::TempDir scratch_;
  std::string environment_;
};

}  // namespace toolkit::course
