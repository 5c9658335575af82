#include "toolkit/check/time_server.hpp"

#include <arpa/inet.h>
#include <endian.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include <array>
#include <cmath>
#include <cstring>
#include <string_view>

#include "toolkit/check/random.hpp"
#include "toolkit/kernel/error.hpp"

namespace toolkit::checks {
namespace {

constexpr std::size_t kSize = 48;
// Where the timestamps are: RFC 5905, figure 8.
constexpr std::size_t kReference = 16;
constexpr std::size_t kOriginate = 24;
constexpr std::size_t kReceive = 32;
constexpr std::size_t kTransmit = 40;

struct Sockets {
  Fd server;
  Fd stranger;
};

Fd bound_socket() {
  Fd socket(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address),  // NOLINT
        "bind", "127.0.0.1");
  return socket;
}

/// Made in the machine's network, where they stay.
Sockets make_sockets(const Machine& machine) {
  SocketPair pair = make_socket_pair();
  static_cast<void>(machine.inside(Ns::net, [&pair] {
    for (int i = 0; i < 2; ++i) send_fd(pair.theirs, bound_socket());
    return std::string();
  }));
  return {.server = receive_fd(pair.ours), .stranger = receive_fd(pair.ours)};
}

std::string address_of(FdRef socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  check(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size),  // NOLINT
        "getsockname");
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

void put(std::string& packet, std::size_t place, std::uint64_t time) {
  const std::uint64_t wire = htobe64(time);
  std::memcpy(packet.data() + place, &wire, sizeof wire);
}

std::string make_answer(const std::string& request, const TimeServerOptions& options,
                        std::uint64_t received) {
  constexpr char kServer = 4;
  constexpr char kBroadcast = 5;
  constexpr char kVersion = 4 << 3;
  const bool kiss = options.answer == Answer::kiss;
  std::string packet(kSize, '\0');
  packet[0] =
      static_cast<char>(kVersion | (options.answer == Answer::no_servers ? kBroadcast : kServer));
  if (options.answer == Answer::unset_leap || kiss) packet[0] = static_cast<char>(packet[0] | 0xc0);
  packet[1] = options.answer == Answer::unset_stratum ? 16 : 2;
  if (kiss) packet[1] = 0;
  packet[3] = -20;  // a microsecond
  packet.replace(12, 4, kiss ? "RATE" : "\x7f\x7f\x01\x01");
  packet.replace(kOriginate, 8, request, kTransmit, 8);
  if (options.answer == Answer::of_another) {
    // What somebody sends who can't see the request, and guesses; or an old answer, once more.
    put(packet, kOriginate, time_stamp(-random_number(1, 1000)));
  }
  if (options.answer == Answer::empty) return packet;
  put(packet, kReference, time_stamp(options.ahead - 1));
  put(packet, kReceive, received);
  put(packet, kTransmit,
      time_stamp(options.ahead - static_cast<double>(options.way.count()) / 1e3));
  if (options.answer == Answer::cut) packet.resize(kTransmit + 4);
  return packet;
}

void take_its_time(std::chrono::milliseconds both_ways) {
  if (both_ways.count() > 0) ::poll(nullptr, 0, static_cast<int>(both_ways.count()));
}

/// Whoever starts its wait anew with each packet waits for ever.
[[noreturn]] void chatter(FdRef stranger, const sockaddr_in& client) {
  constexpr std::string_view kWords = "good morning";
  constexpr std::chrono::milliseconds kOften{300};
  while (true) {
    ::sendto(stranger.get(), kWords.data(), kWords.size(), 0,
             reinterpret_cast<const sockaddr*>(&client), sizeof client);  // NOLINT
    take_its_time(kOften);
  }
}

[[noreturn]] void serve(const Sockets& sockets, FdRef told, const TimeServerOptions& options) {
  while (true) {
    std::string request(512, '\0');
    sockaddr_in from{};
    socklen_t size = sizeof from;
    auto* address = reinterpret_cast<sockaddr*>(&from);  // NOLINT: the kernel's interface
    const ssize_t got =
        ::recvfrom(sockets.server.get(), request.data(), request.size(), 0, address, &size);
    if (got < 0) continue;  // EINTR, or an ICMP error of somebody who has gone
    // A packet was on its way before it came, and will be once it has left.
    const std::uint64_t received =
        time_stamp(options.ahead + static_cast<double>(options.way.count()) / 1e3);
    request.resize(static_cast<std::size_t>(got));
    write_all(told, request + '.', "told");  // an empty message would be the end
    if (options.answer == Answer::none) continue;
    if (options.answer == Answer::none_but_chatter) chatter(sockets.stranger, from);
    request.resize(kSize);
    const auto send = [&](const Fd& socket, const std::string& answer) {
      ::sendto(socket.get(), answer.data(), answer.size(), 0, address, size);
    };
    if (options.answer == Answer::after_a_stranger) {
      TimeServerOptions other = options;
      other.ahead += random_number(10'000, 20'000);
      send(sockets.stranger, make_answer(request, other, time_stamp(other.ahead)));
    }
    take_its_time(2 * options.way);
    send(sockets.server, make_answer(request, options, received));
  }
}

Process start(const Machine& machine, const TimeServerOptions& options, FdRef told,
              std::string& address) {
  const Sockets sockets = make_sockets(machine);
  address = address_of(sockets.server);
  return Process::spawn({}, [&] { serve(sockets, told, options); });
}

}  // namespace

std::uint64_t time_stamp(double ahead) {
  constexpr std::uint64_t kFrom1900To1970 = 2'208'988'800;
  timespec now{};
  check(::clock_gettime(CLOCK_REALTIME, &now), "clock_gettime");
  const std::uint64_t here = (static_cast<std::uint64_t>(now.tv_sec) + kFrom1900To1970) << 32 |
                             (static_cast<std::uint64_t>(now.tv_nsec) << 32) / 1'000'000'000;
  return here + static_cast<std::uint64_t>(std::llround(std::ldexp(ahead, 32)));
}

TimeRequest read_time_request(const std::string& packet) {
  constexpr int kClient = 3;
  if (packet.size() != kSize) return {.fault = std::to_string(packet.size()) + " bytes"};
  const int flags = static_cast<unsigned char>(packet.front());
  const int mode = flags & 7;
  const int version = flags >> 3 & 7;
  if (mode != kClient || version < 3 || version > 4)
    return {.fault = "version " + std::to_string(version) + ", mode " + std::to_string(mode)};
  return {.transmit = packet.substr(kTransmit)};
}

TimeServer::TimeServer(const Machine& machine, const TimeServerOptions& options)
    : process_(start(machine, options, told_.theirs, address_)) {
  told_.theirs.reset();
}

std::vector<std::string> TimeServer::requests() {
  process_.signal(SIGKILL);
  process_.wait();
  std::vector<std::string> all;
  std::array<char, 1024> message{};
  ssize_t got = 0;
  while ((got = ::recv(told_.ours.get(), message.data(), message.size(), 0)) > 0) {
    all.emplace_back(message.data(), static_cast<std::size_t>(got - 1));
  }
  return all;
}

}  // namespace toolkit::checks
