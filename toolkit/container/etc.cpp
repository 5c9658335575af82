#include "toolkit/container/etc.hpp"

#include <sys/random.h>

#include <array>
#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

bool is_loopback_server(std::string_view line) {
  const std::vector<std::string_view> fields = words(line);
  return fields.size() >= 2 && fields[0] == "nameserver" &&
         (fields[1].starts_with("127.") || fields[1] == "::1");
}

}  // namespace

EtcFiles make_etc_files(const std::string& hostname, std::string_view host_resolv_conf) {
  EtcFiles files;
  files.hosts =
      "127.0.0.1\tlocalhost\n"
      "::1\tlocalhost ip6-localhost ip6-loopback\n"
      "fe00::0\tip6-localnet\n"
      "ff00::0\tip6-mcastprefix\n"
      "ff02::1\tip6-allnodes\n"
      "ff02::2\tip6-allrouters\n";
  if (!hostname.empty()) {  // a namespace that is joined has a name that only it knows
    files.hosts += "127.0.0.1\t" + hostname + '\n';
    files.hostname = hostname + '\n';
  }
  for (const std::string_view line : lines(host_resolv_conf)) {
    if (!is_loopback_server(line)) files.resolv_conf.append(line).push_back('\n');
  }
  return files;
}

std::string random_id() {
  std::array<unsigned char, 32> bytes{};
  check(::getrandom(bytes.data(), bytes.size(), 0), "getrandom");
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id;
  for (const unsigned char byte : bytes) {
    id.push_back(kDigits[byte >> 4U]);
    id.push_back(kDigits[byte & 0xfU]);
  }
  return id;
}

void check_hostname(std::string_view name) {
  constexpr std::size_t kMost = 64;  // __NEW_UTS_LEN
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
  const auto refuse = [name](const char* why) {
    throw std::runtime_error("host name '" + printable(name) + "': " + why);
  };
  if (name.empty()) refuse("it is empty");
  if (name.size() > kMost) refuse("longer than the 64 bytes that the kernel takes");
  if (name.find_first_not_of(kAllowed) != std::string_view::npos) {
    refuse("letters, digits, '-' and '.' alone can be in it");
  }
  if (name.front() == '-' || name.front() == '.') refuse("it starts with '-' or '.'");
}

}  // namespace toolkit
