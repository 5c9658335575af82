#include "toolkit/course/watch.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

#include "toolkit/course/learn/keys.hpp"
#include "toolkit/course/learn/saves.hpp"
#include "toolkit/course/learn/session.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/kernel/tty.hpp"

namespace toolkit::course {
namespace {

constexpr char kCtrlC = 0x03;
constexpr char kCtrlD = 0x04;

/// The signal that asked us to end; 0: none did. A signal handler can reach only what lives as long as the
/// program.
volatile std::sig_atomic_t& interrupted() {
  static volatile std::sig_atomic_t signal = 0;
  return signal;
}

/// Until the end of the scope, a signal does not end us at once: the terminal is put back first. Ctrl-C
/// ends what we started. A handler does not go on over exec, as an ignored signal would: see "Signal
/// dispositions" in signal(7).
class KeptInterrupt {
 public:
  explicit KeptInterrupt(int signal)
      : signal_(signal), before_(std::signal(signal, [](int came) { interrupted() = came; })) {}
  ~KeptInterrupt() { std::signal(signal_, before_); }
  KeptInterrupt(const KeptInterrupt&) = delete;
  KeptInterrupt& operator=(const KeptInterrupt&) = delete;

 private:
  int signal_;
  sighandler_t before_;
};

/// What to do next, by what happened.
enum class Event { saved, next_hint, explain, quit };

class Watch {
 public:
  explicit Watch(Session session)
      : session_(std::move(session)),
        saves_(session_.folder(), session_.lab.files),
        keys_(FdRef(STDIN_FILENO)) {}

  void run() {
    check_and_show(Explain::no);
    for (Event event = wait(); event != Event::quit; event = wait()) {
      if (event == Event::saved) check_and_show(Explain::no);
      if (event == Event::explain) check_and_show(Explain::yes);
      if (event == Event::next_hint) hint_and_show();
    }
  }

 private:
  /// Waits for a key that means something or for a save.
  Event wait() {
    while (interrupted() == 0) {
      std::array<pollfd, 2> waits = {{{.fd = saves_.fd().get(), .events = POLLIN, .revents = 0},
                                      {.fd = keys_.fd().get(), .events = POLLIN, .revents = 0}}};
      const int ready = ::poll(waits.data(), waits.size(), -1);
      if (ready == -1 && errno == EINTR) continue;
      check(ready, "poll");
      if (waits[0].revents != 0 && saves_.take()) {
        settle();
        return Event::saved;
      }
      if (waits[1].revents == 0) continue;
      switch (keys_.next()) {
        case 'n':
          return Event::next_hint;
        case 'e':
          return Event::explain;
        case 'q':
        case kCtrlC:
        case kCtrlD:
        case '\0':
          return Event::quit;
        default:
          break;
      }
    }
    return Event::quit;
  }

  /// Editors save in several moves, and several files at once: one check answers all of them.
  void settle() {
    constexpr int kQuiet = 50;  // milliseconds
    pollfd more{.fd = saves_.fd().get(), .events = POLLIN, .revents = 0};
    while (::poll(&more, 1, kQuiet) == 1) static_cast<void>(saves_.take());
  }

  void check_and_show(Explain explain) {
    keys_.set(CtrlC::signal);  // while it checks, Ctrl-C ends what hangs
    clear();
    fmt::print("checking {}\n", session_.lab.name);
    std::fflush(stdout);
    std::string complaint;
    try {
      report_ = check_once(session_, explain);
    } catch (const std::exception& error) {
      report_ = {};
      complaint = error.what();
    }
    keys_.set(CtrlC::key);
    if (interrupted() == 0) show(complaint);
  }

  void hint_and_show() {
    if (first_failed(report_.results) == nullptr) return;
    if (std::optional<Rung> rung = next_rung(session_)) report_.hint = std::move(rung);
    show({});
  }

  void show(const std::string& complaint) {
    clear();
    const Look look = look_of_stdout();
    if (complaint.empty()) {
      fmt::print("{}", render_check(session_.lab, report_, look));
    } else {
      fmt::print("lab: {}\n", complaint);
    }
    const std::string bar = look.charset == Charset::utf8 ? " · " : " | ";
    fmt::print("\nwatching {}{}n next hint{}e explain{}q quit\n", session_.lab.folder().string(),
               bar, bar, bar);
    std::fflush(stdout);
  }

  static void clear() {
    const char* term = std::getenv("TERM");
    const bool dumb = term == nullptr || std::string_view(term) == "dumb";
    fmt::print("{}", dumb ? "\n" : "\033[H\033[2J");
  }

  KeptInterrupt interrupt_{SIGINT};
  KeptInterrupt end_{SIGTERM};
  KeptInterrupt hang_up_{SIGHUP};
  Session session_;
  Saves saves_;
  Keys keys_;
  Report report_;
};

}  // namespace

int watch(const Tree& tree, const WatchOptions& options) {
  constexpr int kUsageError = 2;
  Session session = open_session(tree, options.lab);
  if (!is_terminal(FdRef(STDIN_FILENO)) || !is_terminal(FdRef(STDOUT_FILENO))) {
    fmt::print(stderr, "lab: watch: needs a terminal; ./lab check {} checks once\n",
               session.lab.number);
    return kUsageError;
  }
  Watch(std::move(session)).run();
  constexpr int kSignalled = 128;
  const int signal = interrupted();
  return signal == 0 || signal == SIGINT ? 0 : kSignalled + signal;
}

}  // namespace toolkit::course
