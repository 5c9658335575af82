#include "toolkit/image/digest.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "toolkit/kernel/text.hpp"

namespace toolkit {

namespace {

const EVP_MD* function_of(std::string_view algorithm) {
  if (algorithm == "sha256") return EVP_sha256();
  if (algorithm == "sha512") return EVP_sha512();
  return nullptr;
}

bool all_in(std::string_view text, std::string_view alphabet) {
  return text.find_first_not_of(alphabet) == std::string_view::npos;
}

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  constexpr std::size_t kShown = 80;
  throw std::runtime_error("digest '" + printable(text.substr(0, kShown)) +
                           "': " + std::string(why));
}

}  // namespace

Digest parse_digest(std::string_view text) {
  constexpr std::string_view kAlgorithm = "abcdefghijklmnopqrstuvwxyz0123456789+._-";
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::size_t colon = text.find(':');
  const std::string_view algorithm = text.substr(0, colon);
  if (colon == std::string_view::npos || algorithm.empty() || !all_in(algorithm, kAlgorithm)) {
    refuse(text, "not of the form algorithm:hex");
  }
  const EVP_MD* function = function_of(algorithm);
  if (function == nullptr) refuse(text, "unknown algorithm; known: sha256, sha512");
  const std::string_view hex = text.substr(colon + 1);
  const auto length = static_cast<std::size_t>(EVP_MD_get_size(function)) * 2;
  if (hex.size() != length || !all_in(hex, kHex)) {
    refuse(text, "expected " + std::to_string(length) + " lower-case hexadecimal digits");
  }
  return {.algorithm = std::string(algorithm), .hex = std::string(hex)};
}

struct Hasher::State {
  std::string algorithm = {};
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Hasher::Hasher(std::string_view algorithm) : state_(std::make_unique<State>()) {
  state_->algorithm = algorithm;
  const EVP_MD* function = function_of(algorithm);
  if (function == nullptr || !state_->context ||
      EVP_DigestInit_ex(state_->context.get(), function, nullptr) != 1) {
    throw std::runtime_error("cannot compute " + std::string(algorithm));
  }
}

Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::add(const void* data, std::size_t size) {
  if (EVP_DigestUpdate(state_->context.get(), data, size) != 1) {
    throw std::runtime_error("cannot compute " + state_->algorithm);
  }
}

Digest Hasher::finish() {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(state_->context.get(), bytes.data(), &size) != 1) {
    throw std::runtime_error("cannot compute " + state_->algorithm);
  }
  Digest digest{.algorithm = state_->algorithm, .hex = {}};
  std::for_each_n(bytes.begin(), size, [&](unsigned char byte) {
    digest.hex.push_back(kHex[byte >> 4U]);
    digest.hex.push_back(kHex[byte & 0xfU]);
  });
  return digest;
}

Digest sha256(std::string_view data) {
  Hasher hasher("sha256");
  hasher.add(data.data(), data.size());
  return hasher.finish();
}

}  // namespace toolkit
