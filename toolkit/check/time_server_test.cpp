#include "toolkit/check/time_server.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "toolkit/check/context.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::Ns;
using toolkit::checks::Answer;
using toolkit::checks::Machine;
using toolkit::checks::TimeServer;

namespace {

/// What a client on the machine hears from it first, with the port that it came from.
std::string ask(const Machine& machine, const std::string& address, const std::string& request) {
  return machine.inside(Ns::net, [&] {
    const toolkit::Fd socket(toolkit::check(::socket(AF_INET, SOCK_DGRAM, 0), "socket"));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto port = toolkit::parse_id(address.substr(address.find(':') + 1));
    to.sin_port = htons(static_cast<std::uint16_t>(port.value_or(0)));
    auto* place = reinterpret_cast<sockaddr*>(&to);  // NOLINT: the kernel's interface
    socklen_t size = sizeof to;
    ::sendto(socket.get(), request.data(), request.size(), 0, place, size);
    std::string answer(100, '\0');
    const ssize_t got = ::recvfrom(socket.get(), answer.data(), answer.size(), 0, place, &size);
    answer.resize(static_cast<std::size_t>(toolkit::check(got, "recvfrom")));
    return answer + (ntohs(to.sin_port) == port ? "same" : "other");
  });
}

std::string request() { return std::string(1, 0x23) + std::string(39, '\0') + "UNIQUE!!"; }

struct Exchange {
  std::string answer;
  std::vector<std::string> requests;
};

Exchange exchange(Answer answer) {
  toolkit::checks::context() = {};
  toolkit::checks::context().settings.probe = toolkit::test::built("libexec/cooperage/probe");
  const Machine machine;
  TimeServer server(machine, {.ahead = 100, .answer = answer});
  std::string got = ask(machine, server.address(), request());
  return {.answer = got, .requests = server.requests()};
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("time server: a right answer is a server's, to this request") {
    NEEDS_USER_NAMESPACES();
    const Exchange done = exchange(Answer::right);
    REQUIRE(done.answer.size() == 48 + 4);
    CHECK((done.answer[0] & 7) == 4);
    CHECK(done.answer[1] == 2);
    CHECK(done.answer.substr(24, 8) == "UNIQUE!!");
    CHECK(done.answer.ends_with("same"));
    CHECK(done.requests == std::vector<std::string>{request()});
  }

  TEST_CASE("time server: a request is read") {
    using toolkit::checks::read_time_request;
    CHECK(read_time_request(request()).fault.empty());
    CHECK(read_time_request(request()).transmit == "UNIQUE!!");
    CHECK(read_time_request("short").fault == "5 bytes");
    CHECK(read_time_request(std::string(48, '\0')).fault == "version 0, mode 0");
    CHECK(read_time_request(std::string(1, 0x24) + std::string(47, '\0')).fault ==
          "version 4, mode 4");
  }

  TEST_CASE("time server: what is wrong with the other answers") {
    NEEDS_USER_NAMESPACES();
    CHECK(exchange(Answer::of_another).answer.substr(24, 8) != "UNIQUE!!");
    CHECK(exchange(Answer::kiss).answer[1] == 0);
    CHECK((exchange(Answer::no_servers).answer[0] & 7) == 5);
    CHECK(exchange(Answer::cut).answer.size() == 44 + 4);
    CHECK((exchange(Answer::unset_leap).answer[0] & 0xc0) == 0xc0);
    CHECK(exchange(Answer::unset_stratum).answer[1] == 16);
    CHECK(exchange(Answer::empty).answer.substr(32, 16) == std::string(16, '\0'));
    CHECK(exchange(Answer::after_a_stranger).answer.ends_with("other"));
    CHECK(exchange(Answer::none_but_chatter).answer == "good morningother");
  }
}
