#include "toolkit/check/probe/test_talk.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "toolkit/kernel/error.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::test {
namespace {

std::string probe_file() { return built("libexec/cooperage/probe"); }

/// Credentials come with what is written after this is set, so it is set before the probe starts.
SocketPair make_sockets(int type) {
  std::array<int, 2> ends{};
  check(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
  SocketPair pair{.ours = Fd(ends[0]), .theirs = Fd(ends[1])};
  const int on = 1;
  check(::setsockopt(pair.ours.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on), "setsockopt");
  return pair;
}

}  // namespace

Process Talk::start(const TalkOptions& options, const SocketPair& sockets) {
  const std::string program = options.program.empty() ? probe_file() : options.program;
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& word : options.arguments) {
    argv.push_back(const_cast<char*>(word.c_str()));
  }
  argv.push_back(nullptr);
  return Process::spawn({}, [&] {
    check(::dup2(sockets.theirs.get(), 1), "dup2");
    options.before();
    check(::execv(program.c_str(), argv.data()), "exec", program);
  });
}

Talk::Talk(const TalkOptions& options)
    : sockets_(make_sockets(options.socket_type)), process_(start(options, sockets_)) {
  sockets_.theirs.reset();
  process_.await_exec();
  hello_ = line();
}

void Talk::send(const std::string& text) { write_all(sockets_.ours, text, "the probe"); }

std::string Talk::line() {
  std::vector<char> chunk(1U << 18U);
  while (pending_.find('\n') == std::string::npos) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
    iovec data{.iov_base = chunk.data(), .iov_len = chunk.size()};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = check(::recvmsg(sockets_.ours.get(), &message, 0), "recvmsg");
    if (got == 0) return {};
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header != nullptr && header->cmsg_type == SCM_CREDENTIALS) {
      ucred credentials{};
      ::memcpy(&credentials, CMSG_DATA(header), sizeof credentials);
      told_pid_ = credentials.pid;
    }
    pending_.append(chunk.data(), static_cast<std::size_t>(got));
  }
  const std::size_t end = pending_.find('\n');
  const std::string line = pending_.substr(0, end);
  pending_.erase(0, end + 1);
  return line;
}

std::string Talk::ask(const std::string& command) {
  send(command + "\n");
  return line();
}

ExitStatus Talk::hang_up() {
  sockets_.ours.reset();
  return process_.wait();
}

void make_bare_root(const std::string& directory) {
  const Fd copy = open_file(directory + "/probe", O_WRONLY | O_CREAT | O_EXCL, 0755);
  write_all(copy, read_file(probe_file()), "probe");
}

}  // namespace toolkit::test
