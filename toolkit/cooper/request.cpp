#include "toolkit/cooper/request.hpp"

#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <stdexcept>

#include "toolkit/container/environment.hpp"
#include "toolkit/container/etc.hpp"
#include "toolkit/container/state.hpp"
#include "toolkit/container/volume.hpp"
#include "toolkit/cooper/image.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/rootfs.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/kernel/tty.hpp"

namespace toolkit {
namespace {

using Words = std::vector<std::string>;

std::string resolve_directory(const std::string& path) {
  std::array<char, PATH_MAX> resolved{};
  if (::realpath(path.c_str(), resolved.data()) == nullptr) throw_errno("rootfs", path);
  if (kind_of(resolved.data()) != EntryKind::directory) throw SystemError(ENOTDIR, "rootfs", path);
  return resolved.data();
}

/// An image as far as a request needs it; a plain directory is one without a config.
ImageRecord find_root(const RunOptions& options, Words& command, Request& request) {
  if (!options.rootfs.empty()) {
    const bool overlaid = options.rootfs.ends_with(":O");
    const std::string path = options.rootfs.substr(0, options.rootfs.size() - (overlaid ? 2 : 0));
    request.root_kind = overlaid ? RootKind::overlay : RootKind::in_place;
    ImageRecord record;
    record.root = resolve_directory(path);
    return record;
  }
  if (command.empty()) throw std::runtime_error("run: name an image, or a directory by --rootfs");
  const std::string name = command.front();
  command.erase(command.begin());
  return find_image(name, options.store.empty() ? default_store_path() : options.store);
}

/// Docker's rule: words on the command line replace the image's Cmd; --entrypoint replaces its
/// Entrypoint and drops its Cmd.
Words make_argv(const RunOptions& options, const ImageRecord& image, const Words& words) {
  Words argv;
  if (options.entrypoint) {
    if (!options.entrypoint->empty()) argv.push_back(*options.entrypoint);
    argv.insert(argv.end(), words.begin(), words.end());
  } else {
    argv = image.entrypoint;
    const Words& rest = words.empty() ? image.cmd : words;
    argv.insert(argv.end(), rest.begin(), rest.end());
  }
  if (argv.empty()) throw std::runtime_error("run: no command given, and the image names none");
  return argv;
}

Identity find_identity(const std::string& wanted, FdRef root) {
  const std::string passwd = read_in_root(root, "/etc/passwd").value_or("");
  const std::string group = read_in_root(root, "/etc/group").value_or("");
  return resolve_user(wanted.empty() ? "0" : wanted, passwd, group);
}

Words resolve_environment(const RunOptions& options) {
  Environment caller;
  for (char** entry = environ; *entry != nullptr; ++entry) caller.emplace_back(*entry);
  Words given;
  for (const std::string& file : options.env_files) {
    for (std::string& line : parse_env_file(read_file(file))) given.push_back(std::move(line));
  }
  given.insert(given.end(), options.env.begin(), options.env.end());
  Words resolved;
  for (const std::string& text : given) {
    if (auto assignment = resolve_assignment(text, caller))
      resolved.push_back(std::move(*assignment));
  }
  return resolved;
}

std::string read_host_file(const std::string& path) {
  try {
    return read_file(path);
  } catch (const SystemError&) {
    return {};  // a host without the file has nothing to pass on
  }
}

std::string host_name() {
  utsname names{};
  check(::uname(&names), "uname");
  return names.nodename;
}

void require_terminal(const RunOptions& options) {
  if (options.tty && options.interactive && !is_terminal(FdRef(STDIN_FILENO))) {
    throw std::runtime_error("-t with -i: the input is not a terminal; leave -t out");
  }
}

/// Docker's rules: with the host's network, or its name, the name is the host's. Empty where nobody says it.
std::string choose_hostname(const std::string& wanted, const std::string& id,
                            const Sharing& sharing) {
  if (!wanted.empty()) {
    if (!sharing.is_own(Ns::uts)) {
      throw std::runtime_error("--hostname '" + printable(wanted) +
                               "': with this --uts the name is another's, and not to be changed");
    }
    check_hostname(wanted);
    return wanted;
  }
  if (has(sharing.joined(), Ns::uts)) return {};
  if (has(sharing.host, Ns::uts) || has(sharing.host, Ns::net)) return host_name();
  return id.substr(0, 12);
}

EtcFiles find_etc_files(const std::string& hostname, const Sharing& sharing) {
  const std::string resolv_conf = read_host_file("/etc/resolv.conf");
  if (!has(sharing.host, Ns::net)) return make_etc_files(hostname, resolv_conf);
  // The host's names and servers are in reach, those on its loopback as well.
  return {.hosts = read_host_file("/etc/hosts"),
          .hostname = hostname.empty() ? "" : hostname + '\n',
          .resolv_conf = resolv_conf};
}

/// An image's TZ would go before the zone that was asked for.
Words environment_of(const ImageRecord& image, const RunOptions& options) {
  Words environment = image.env;
  if (!options.tz.empty()) {
    std::erase_if(environment, [](const std::string& each) { return each.starts_with("TZ="); });
  }
  return environment;
}

Zone choose_zone(const std::string& name, const std::vector<Volume>& volumes, FdRef root) {
  for (const Volume& volume : volumes) {
    if (volume.target == "/etc/localtime") {
      throw std::runtime_error("--tz and -v both want to be /etc/localtime");
    }
  }
  return find_zone(name, zone_directory(), root);
}

/// Who says nothing stays who he is, with --userns keep-id.
std::string default_user(const RunOptions& options, const ImageRecord& image) {
  if (options.userns != "keep-id") return image.user;
  return std::to_string(::geteuid()) + ':' + std::to_string(::getegid());
}

}  // namespace

Request make_request(const RunOptions& options, const std::string& id) {
  require_terminal(options);
  Words words = options.words;
  Request request;
  const ImageRecord image = find_root(options, words, request);
  request.root = image.root;
  request.root_access = options.read_only ? Access::read_only : Access::read_write;
  request.sharing = parse_sharing(
      {.pid = options.pid, .ipc = options.ipc, .uts = options.uts, .network = options.network});
  request.hostname = choose_hostname(options.hostname, id, request.sharing);
  request.etc = find_etc_files(request.hostname, request.sharing);
  for (const std::string& text : options.volumes) request.volumes.push_back(parse_volume(text));
  for (const std::string& text : options.tmpfs) request.tmpfs.push_back(parse_tmpfs(text));
  for (const std::string& text : options.sysctls) {
    request.sysctls.push_back(parse_sysctl(text, request.sharing));
  }
  const Fd root = open_file(request.root, O_PATH | O_DIRECTORY);
  if (!options.tz.empty()) request.zone = choose_zone(options.tz, request.volumes, root);
  request.user =
      find_identity(options.user.empty() ? default_user(options, image) : options.user, root);
  const std::string& directory =
      options.working_directory.empty() ? image.working_dir : options.working_directory;
  if (!directory.empty()) request.working_directory = clean_path(directory);
  request.command = {.argv = make_argv(options, image, words),
                     .env = make_environment({.image = environment_of(image, options),
                                              .assignments = resolve_environment(options),
                                              .hostname = request.hostname,
                                              .home = request.user.home,
                                              .terminal = options.tty}),
                     .init = options.init ? InitProcess::hop : InitProcess::command};
  request.input = options.interactive ? Input::inherit : Input::none;
  request.terminal = options.tty ? Terminal::own : Terminal::none;
  return request;
}

}  // namespace toolkit
