// time: runs a command with clocks and a time zone of its own, or asks a server what time it is.
//
//   time [--monotonic SECONDS] [--boottime SECONDS] [--tz ZONE] [--] CMD [ARG…]
//   time --ask ADDRESS:PORT
//
// What it guarantees:
//  - the command starts in a time namespace that was made for it alone; a clock that was named has
//    this offset there (it may be negative), and one that was not has the offset that it had;
//  - after --tz, TZ in its environment and /etc/localtime say ZONE, for it alone; where there is no
//    such zone, it does not start (a name with a dot in it is none: "../…", "tzdata.zi");
//  - --ask sends one packet (SNTP, RFC 5905), waits for a second at most, believes nothing but the
//    answer to it, and prints by how many seconds the server's clock is ahead: "+3.141593";
//  - nobody outside notices, and no clock is ever set.
// Its status is the command's, 128 + the signal that ended it, 126 and 127 as a shell gives them, or
// 125 where the command was never tried, or no answer was believed.

#include <arpa/inet.h>
#include <endian.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/lab/program.hpp"
#include "toolkit/lab/todo.hpp"

using toolkit::Arguments;
using toolkit::check;
using toolkit::Process;

namespace {

struct Request {
  std::optional<long> monotonic;
  std::optional<long> boottime;
  std::optional<std::string> zone;
  std::optional<std::string> server;
  Arguments command;
};

[[noreturn]] void refuse() {
  throw std::invalid_argument(
      "usage: time [--monotonic SECONDS] [--boottime SECONDS] [--tz ZONE] [--] CMD [ARG…]\n"
      "       time --ask ADDRESS:PORT");
}

long read_number(std::string_view text) {
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) refuse();
  return number;
}

Request read_request(const Arguments& arguments) {
  Request request;
  std::size_t next = 0;
  while (next < arguments.size() && arguments[next].starts_with("--")) {
    const std::string& option = arguments[next++];
    if (option == "--") break;
    if (next == arguments.size()) refuse();
    const std::string& value = arguments[next++];
    if (option == "--monotonic") {
      request.monotonic = read_number(value);
    } else if (option == "--boottime") {
      request.boottime = read_number(value);
    } else if (option == "--tz") {
      if (value.find('.') != value.npos) throw std::invalid_argument(value + ": no zone has a dot");
      request.zone = value;
    } else if (option == "--ask") {
      request.server = value;
    } else {
      refuse();
    }
  }
  request.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(next), arguments.end());
  if (request.command.empty() != request.server.has_value()) refuse();
  return request;
}

void leave_shared_clocks() {
  // step 10.1: make a time namespace, which the children of this process will be born in
  check(::unshare(CLONE_NEWTIME), "unshare", "CLONE_NEWTIME");
}

void set_offsets(const std::optional<long>& monotonic, const std::optional<long>& boottime) {
  // step 10.2: give the clocks that were named their offsets, while nobody is in the namespace yet
  std::string lines;
  if (monotonic) lines += "monotonic " + std::to_string(*monotonic) + " 0\n";
  if (boottime) lines += "boottime " + std::to_string(*boottime) + " 0\n";
  toolkit::write_file("/proc/self/timens_offsets", lines);
}

void replace_localtime(const std::string& zone) {
  // step 10.3: show the file of the zone at /etc/localtime itself, to the command alone
  const std::string file = "/usr/share/zoneinfo/" + zone;
  check(::unshare(CLONE_NEWNS), "unshare", "CLONE_NEWNS");
  check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "mount", "/");
  const toolkit::Fd tree(check(
      ::open_tree(AT_FDCWD, file.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC), "open_tree", file));
  check(::move_mount(tree.get(), "", AT_FDCWD, "/etc/localtime", MOVE_MOUNT_F_EMPTY_PATH),
        "move_mount", "/etc/localtime");
}

void set_zone_variable(const std::string& zone) {
  // step 10.4: let the environment of the command say which zone it is in
  check(::setenv("TZ", zone.c_str(), 1), "setenv", "TZ");
}

/// Turns this process into the command; where it can't, says why and ends as a shell would.
[[noreturn]] void become(Arguments words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  const int why = errno;
  std::fprintf(stderr, "time: %s: %s\n", argv[0], std::strerror(why));
  ::_exit(why == ENOENT ? 127 : 126);
}

int run_command(const Request& request) {
  leave_shared_clocks();
  if (request.monotonic || request.boottime) set_offsets(request.monotonic, request.boottime);
  Process child = Process::spawn({}, [&request] {  // what follows happens to the child alone
    if (request.zone) replace_localtime(*request.zone);
    if (request.zone) set_zone_variable(*request.zone);
    become(request.command);
  });
  child.await_exec();  // throws here what was thrown there
  return child.wait().shell_code();
}

/// Seconds since 1900 in the upper half, fractions of one in the lower: RFC 5905, section 6. In the
/// order of this machine; a Packet has the network's.
using Timestamp = std::uint64_t;

Timestamp now() {
  constexpr std::uint64_t kFrom1900To1970 = 2'208'988'800;
  timespec time{};
  check(::clock_gettime(CLOCK_REALTIME, &time), "clock_gettime");
  const auto nanoseconds = static_cast<std::uint64_t>(time.tv_nsec);
  return (static_cast<std::uint64_t>(time.tv_sec) + kFrom1900To1970) << 32 |
         (nanoseconds << 32) / 1'000'000'000;
}

/// RFC 5905, figure 8. All that is longer than a byte is big-endian: be64toh(3).
struct Packet {
  std::uint8_t flags = 0;  ///< leap indicator (2 bits), version (3), mode (3)
  std::uint8_t stratum = 0;
  std::uint8_t poll = 0;
  std::uint8_t precision = 0;
  std::uint32_t root_delay = 0;
  std::uint32_t root_dispersion = 0;
  char reference[4] = {};  // NOLINT: as it is on the wire
  std::uint64_t reference_time = 0;
  std::uint64_t originate = 0;
  std::uint64_t receive = 0;
  std::uint64_t transmit = 0;
};
static_assert(sizeof(Packet) == 48);

struct Exchange {
  Timestamp sent = 0;      ///< by our clock, as now() gave it
  Timestamp received = 0;  ///< by our clock, when the answer was there
  Packet answer = {};
  std::size_t size = 0;  ///< bytes of the answer that came
};

sockaddr_in read_address(const std::string& server) {
  const std::size_t colon = server.find(':');
  if (colon == server.npos) refuse();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port =
      htons(static_cast<std::uint16_t>(read_number(std::string_view(server).substr(colon + 1))));
  if (::inet_pton(AF_INET, server.substr(0, colon).c_str(), &address.sin_addr) != 1) refuse();
  return address;
}

Exchange exchange(const sockaddr_in& server) {
  Exchange done;
  const toolkit::Fd socket(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
  const auto* address =
      reinterpret_cast<const sockaddr*>(&server);  // NOLINT: the kernel's interface
  // step 10.5: send the server one request, and wait for what it answers, for a second at most
  constexpr timeval kSecond{.tv_sec = 1, .tv_usec = 0};
  check(::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kSecond, sizeof kSecond), "setsockopt",
        "SO_RCVTIMEO");
  check(::connect(socket.get(), address, sizeof server), "connect");  // to hear nobody else
  done.sent = now();
  const Packet request{.flags = 4 << 3 | 3, .transmit = htobe64(done.sent)};
  check(::send(socket.get(), &request, sizeof request, 0), "send", "the request");
  done.size = static_cast<std::size_t>(
      check(::recv(socket.get(), &done.answer, sizeof done.answer, 0), "recv", "the answer"));
  done.received = now();
  return done;
}

[[noreturn]] void disbelieve(const char* why) {
  throw std::runtime_error(std::string("the answer is not to be believed: ") + why);
}

void judge(const Exchange& exchange) {
  const Packet& answer = exchange.answer;
  // step 10.6: believe nothing but a whole answer to this request, by a server that knows the time
  if (exchange.size < sizeof answer) disbelieve("it is too short");
  if ((answer.flags & 7) != 4) disbelieve("it is no server's");
  if (be64toh(answer.originate) != exchange.sent) disbelieve("it answers something else");
  if (answer.stratum == 0) disbelieve("it is a kiss of death");
  if (answer.stratum > 15 || answer.flags >> 6 == 3) disbelieve("the server has no time");
  if (answer.receive == 0 || answer.transmit == 0) disbelieve("it has no time in it");
}

double offset_of(const Exchange& exchange) {
  constexpr double kUnit = 1.0 / (std::uint64_t{1} << 32);  // of the lower half, in seconds
  const Timestamp receive = be64toh(exchange.answer.receive);
  const Timestamp transmit = be64toh(exchange.answer.transmit);
  // step 10.7: by how many seconds is the server's clock ahead? Both ways are equally long
  const auto there = static_cast<std::int64_t>(receive - exchange.sent);
  const auto back = static_cast<std::int64_t>(transmit - exchange.received);
  return (static_cast<double>(there) + static_cast<double>(back)) / 2 * kUnit;
}

int ask(const std::string& server) {
  const Exchange done = exchange(read_address(server));
  judge(done);
  std::printf("%+.6f\n", offset_of(done));
  return 0;
}

int run(const Arguments& arguments) {
  const Request request = read_request(arguments);
  return request.server ? ask(*request.server) : run_command(request);
}

}  // namespace

int main(int argc, char** argv) { return toolkit::run_program("time", argc, argv, run); }
