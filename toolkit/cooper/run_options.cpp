#include "toolkit/cooper/run_options.hpp"

#include "toolkit/cooper/cli11.hpp"
#include "toolkit/cooper/run.hpp"

namespace toolkit {
namespace {

void add_list(CLI::App& verb, const std::string& name, std::vector<std::string>& list,
              const std::string& text, const std::string& placeholder) {
  // Without this, "-e A=1 IMAGE" would take the image for a second value.
  verb.add_option(name, list, text)->allow_extra_args(false)->type_name(placeholder);
}

/// What CLI11 would call "[SUBCOMMAND]" and leave out.
struct RunHelp : CLI::Formatter {
  std::string make_usage(const CLI::App* /*app*/, std::string /*name*/) const override {
    return "Usage: cooper run [OPTIONS] IMAGE [COMMAND…]\n"
           "       cooper run [OPTIONS] --rootfs DIR[:O] COMMAND…\n\n"
           "Options come first: all after the image is the command's.\n";
  }
};

void add_namespaces(CLI::App& verb, RunOptions& options) {
  const auto add = [&verb](const char* names, std::string& word, const char* text,
                           const char* choice) {
    verb.add_option(names, word, text)->type_name(choice);
  };
  add("--pid", options.pid, "whose processes it sees", "host|private|ns:PATH");
  add("--ipc", options.ipc, "whose shared memory and queues", "host|private|none|ns:PATH");
  add("--uts", options.uts, "whose host name", "host|private|ns:PATH");
  add("--network,--net", options.network, "whose network; none: its own, with lo alone",
      "host|none|ns:PATH");
  add("--userns", options.userns, "whose ids", "host|private|keep-id|ns:PATH");
  add_list(verb, "--uidmap", options.uidmaps, "users that are others outside",
           "INSIDE:OUTSIDE:COUNT");
  add_list(verb, "--gidmap", options.gidmaps, "the same for groups", "INSIDE:OUTSIDE:COUNT");
}

}  // namespace

CLI::App* add_run(CLI::App& app, RunOptions& options) {
  CLI::App* verb = app.add_subcommand("run", "Run a command in a new container");
  verb->formatter(std::make_shared<RunHelp>());
  verb->prefix_command();
  verb->add_option("--rootfs", options.rootfs, "a directory as root; :O for a layer above it")
      ->type_name("DIR[:O]");
  verb->add_option("--hostname", options.hostname, "the container's host name")->type_name("NAME");
  add_list(*verb, "-e,--env", options.env, "set a variable, or pass the caller's on", "K=V|K");
  add_list(*verb, "--env-file", options.env_files, "variables, a line each", "FILE");
  verb->add_option("-w,--workdir", options.working_directory, "where the command starts")
      ->type_name("DIR");
  verb->add_option("-u,--user", options.user, "user, and group after a colon")
      ->type_name("USER[:GROUP]");
  verb->add_option("--entrypoint", options.entrypoint, "instead of the image's")
      ->type_name("COMMAND");
  add_list(*verb, "-v,--volume", options.volumes, "show a place of the host", "SRC:DST[:OPTIONS]");
  add_list(*verb, "--tmpfs", options.tmpfs, "a filesystem in memory", "DST[:OPTIONS]");
  add_list(*verb, "--sysctl", options.sysctls, "a setting of a namespace of its own", "NAME=VALUE");
  verb->add_option("--tz", options.tz, "the time zone; local: this machine's")
      ->type_name("ZONE|local");
  verb->add_flag("--read-only", options.read_only, "nothing is written to the root");
  add_namespaces(*verb, options);
  verb->add_flag("--init", options.init, "a PID 1 that reaps and hands signals on");
  verb->add_option("--pidfile", options.pidfile, "holds PID 1's number while it runs")
      ->type_name("FILE");
  verb->add_flag_callback(
      "--rm", [] {}, "leave nothing behind, as every run does");
  verb->add_flag("-i,--interactive", options.interactive, "the command reads this input");
  verb->add_flag("-t,--tty", options.tty, "a terminal of the container's own");
  verb->add_flag("--plan", options.plan, "print the steps instead of doing them");
  return verb;
}

}  // namespace toolkit
