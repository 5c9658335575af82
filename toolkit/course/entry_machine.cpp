#include "toolkit/course/entry_machine.hpp"

#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

namespace fs = std::filesystem;
using test::run;

constexpr const char* kDpkgQuery = R"(while IFS=: read -r name state; do
  echo "${state:-installed} $name"
done <"$WORLD/installed")";

constexpr const char* kAptGet = R"(case "$*" in
  *install*)
    if [ -e "$WORLD/offline" ] || [ -e "$WORLD/no-lists" ]; then echo "E: Unable to locate package"; exit 100; fi
    for word in "$@"; do
      case $word in compiler | peer | judge) echo "$word" >>"$WORLD/installed" ;; esac
    done ;;
  *)
    if [ -e "$WORLD/offline" ]; then echo "Err: no network"; exit 100; fi
    rm -f "$WORLD/no-lists" ;;
esac)";

constexpr const char* kCmake = R"(while [ $# -gt 0 ]; do
  if [ "$1" = -B ]; then build=$2; fi
  shift
done
if [ -e "$WORLD/no-configure" ]; then
  echo "CMake Error at CMakeLists.txt:1 (frob):"; echo "  what is wrong"; exit 1
fi
mkdir -p "$build/bin"; : >"$build/build.ninja"; : >"$build/CMakeCache.txt")";

/// Only one ninja may build at a time: a second one finds the first one's directory.
constexpr const char* kNinja = R"sh(build=$2
if [ "$3" = -n ]; then
  if [ -e "$build/bin/lab" ]; then echo "ninja: no work to do."; else echo "[1/1] CXX"; fi
  exit 0
fi
mkdir "$WORLD/building" || { echo "two at once" >>"$WORLD/calls"; exit 1; }
if [ -p "$WORLD/go" ]; then echo >"$WORLD/started"; read -r _ <"$WORLD/go"; rm "$WORLD/go"; fi
if [ -e "$WORLD/no-compile" ]; then
  echo "FAILED: a.o"; echo "a.cpp:3:5: error: first"; echo "    3 | here"; echo "      | ^"
  echo "b.cpp:1:1: error: second"
  exit 7
fi
{ echo '#!/bin/sh'; echo 'printf "handed over to %s:" "$(id -u)"; printf " <%s>" "$@"; echo'; } >"$build/bin/lab"
chmod 755 "$build/bin/lab"
rm -r "$WORLD/building")sh";

}  // namespace

Machine::Machine(const std::string& installed) {
  fs::create_directories(clone());
  fs::create_directories(at("bin"));
  fs::create_directories(at("home"));
  fs::copy_file(fs::path(COOPERAGE_SOURCE) / "lab", clone() / "lab");
  scratch_.file("a clone/CMakePresets.json", "{}");
  scratch_.file("a clone/cmake/packages/made-1.txt",
                "# a comment\ncompiler  build\npeer bench\n\njudge test\n");
  scratch_.file("os-release", "ID=made\nVERSION_ID=\"1\"\n");
  set_installed(installed);
  mark("calls");
  for (const char* program :
       {"bash", "cat", "chmod", "cut", "env", "flock", "getent", "grep", "id", "mkdir", "mktemp",
        "readlink", "rm", "setpriv", "sh", "stat", "tail", "tee", "test"}) {
    link(program);
  }
  fake("dpkg-query", kDpkgQuery);
  fake("apt-get", kAptGet);
  fake("cmake", kCmake);
  fake("ninja", kNinja);
}

Machine::~Machine() { run({"chmod", "-R", "u+w", clone()}); }

void Machine::set_installed(const std::string& packages) const {
  std::string text;
  for (const std::string_view package : words(packages)) text.append(package).append("\n");
  scratch_.file("installed", text);
}

void Machine::add_sudo(const std::string& without_asking) const {
  fake("sudo", "if [ \"$1\" = -n ]; then shift; " + without_asking +
                   " || exit 1; fi\n"
                   "if [ \"$1\" = true ]; then exit 0; fi\n"
                   "echo \"root would run: $*\"; exit 5");
}

void Machine::give_away() const { run({"chown", "-R", "65534:65534", scratch_.path()}); }

test::Outcome Machine::lab(const std::string& arguments, User user, Terminal terminal) const {
  if (user == User::normal && test::is_root()) give_away();
  return lab_as_is(arguments, user, terminal);
}

std::string Machine::command(const std::string& arguments, User user) const {
  std::string command;
  if (user == User::normal && test::is_root()) {
    command += "setpriv --reuid=65534 --regid=65534 --clear-groups ";
  }
  command += "env -i PATH=" + shell_quote(at("bin")) + " WORLD=" + shell_quote(scratch_.path()) +
             " HOME=" + shell_quote(at("home")) +
             " COOPERAGE_OS_RELEASE=" + shell_quote(at("os-release")) + environment_ + " " +
             shell_quote((clone() / "lab").string()) + " " + arguments;
  return command;
}

test::Outcome Machine::lab_as_is(const std::string& arguments, User user, Terminal terminal) const {
  const std::string command = "cd / && exec " + Machine::command(arguments, user);
  if (terminal == Terminal::yes) return run({"script", "-qefc", command, "/dev/null"});
  return run({"setsid", "-w", "sh", "-c", command});
}

std::string Machine::calls() const {
  const std::string text = run({"cat", at("calls")}).out;
  scratch_.file("calls", "");
  return text;
}

void Machine::link(const std::string& program) const {
  const std::string found = run({"bash", "-c", "type -P " + program}).out;
  REQUIRE_MESSAGE(!found.empty(), program);
  fs::create_symlink(fs::canonical(std::string(trim(found))), at("bin/" + program));
}

void Machine::fake(const std::string& name, const std::string& body) const {
  const std::string note = "printf '%s\\n' \"" + name + " as $(id -u): $*\" >>\"$WORLD/calls\"\n";
  const std::string path = scratch_.file("bin/" + name, "#!/bin/sh\n" + note + body + "\n");
  fs::permissions(path, fs::perms(0755));
}

}  // namespace toolkit::course
