#include "toolkit/cooper/run.hpp"

#include <unistd.h>

#include <memory>

#include "toolkit/container/etc.hpp"
#include "toolkit/container/host.hpp"
#include "toolkit/container/launch.hpp"
#include "toolkit/container/prepare.hpp"
#include "toolkit/container/state.hpp"
#include "toolkit/container/supervise.hpp"
#include "toolkit/cooper/report.hpp"
#include "toolkit/cooper/request.hpp"
#include "toolkit/kernel/error.hpp"

namespace toolkit {
namespace {

/// The file of --pidfile: there while the container runs, never half written.
class PidFile {
 public:
  PidFile(std::string path, pid_t pid) : path_(std::move(path)) {
    if (path_.empty()) return;
    const std::string fresh = path_ + ".new";
    {
      ::unlink(fresh.c_str());  // a cooper that was killed may have left it
      const Fd file = open_file(fresh, O_WRONLY | O_CREAT | O_EXCL, 0644);
      write_all(file, std::to_string(pid) + '\n', fresh);
    }
    check(::rename(fresh.c_str(), path_.c_str()), "rename", path_);
  }
  ~PidFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;

 private:
  std::string path_;
};

void report_leftovers(const StateDirectory& state) {
  for (const Leftover& left : sweep(state)) {
    say("container " + left.id.substr(0, 12) + " was left by a cooper that was killed: " +
        (left.ended
             ? "its process " + std::to_string(*left.ended) + " is ended, and its record removed"
             : std::string("its record is removed")));
  }
}

std::string interrupt_advice(pid_t pid, const Plan& plan) {
  std::string line =
      "the command goes on after three Ctrl-C; end it with: kill -9 " + std::to_string(pid);
  const bool is_first = has(plan.namespaces, Ns::pid);
  if (is_first && plan.command.init == InitProcess::command) {
    line += "  (as PID 1 it gets no signal that it has no handler for; --init changes that)";
  }
  return line;
}

/// One start, from the record to the end of the container.
int start(const RunOptions& options, const StateDirectory& state, const std::string& id,
          const Plan& plan) {
  const ForwardedSignals signals(plan.processes == Processes::shared ? Orphans::reap
                                                                     : Orphans::none);
  Record record(state, id);
  Channel channel;
  if (options.tty) channel.console = make_socket_pair();
  Process process = launch(plan, channel);
  record.set_process(process.pid(), options.pidfile);
  const PidFile pidfile(options.pidfile, process.pid());
  Fd console;
  if (options.tty) {
    console = receive_fd(channel.console->ours);
    if (console) follow_window(console);  // else the child failed first, and await_exec() tells
  }
  channel.gate.open();
  process.await_exec();
  const ExitStatus status = supervise(process, signals,
                                      {.input = options.interactive ? Input::inherit : Input::none,
                                       .console = std::move(console),
                                       .on_ignored_interrupt = [&] {
                                         say(interrupt_advice(process.pid(), plan),
                                             options.tty ? LineEnd::raw : LineEnd::plain);
                                       }});
  // Else they have ended with PID 1 of their namespace.
  if (plan.processes == Processes::shared) end_orphans();
  return status.shell_code();
}

bool is_overlay_refused(const SystemError& error, const Host& host) {
  const std::string& target = error.subject();
  return error.operation() == "mount" && (target == host.base + "/root" || target == "./root");
}

}  // namespace

int run(const RunOptions& options) {
  const std::string id = random_id();
  Request request = make_request(options, id);
  const std::string path = options.state.empty() ? default_state_path() : options.state;
  const UserWish wish = parse_user_wish(options.userns, options.uidmaps, options.gidmaps);
  const Host host = probe_host(path + "/mnt", wish);
  fit(request, host, wish);
  const Plan plan = plan_start(request, host);
  if (options.plan) {
    write_all(FdRef(STDOUT_FILENO), print_plan(plan), "stdout");
    return 0;
  }
  const StateDirectory state(path);
  report_leftovers(state);
  try {
    return start(options, state, id, plan);
  } catch (const SystemError& error) {
    if (request.root_kind != RootKind::overlay || !is_overlay_refused(error, host)) throw;
    say(std::string("no overlay here (") + error.code().message() +
        "): the root is copied to memory, which takes longer");
    request.root_kind = RootKind::copy;
    return start(options, state, id, plan_start(request, host));
  }
}

}  // namespace toolkit
