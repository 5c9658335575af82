#include "toolkit/check/context.hpp"

namespace toolkit::checks {

Context& context() {
  static Context the_one;
  return the_one;
}

SignatureTable::SignatureTable(std::initializer_list<Signature> signatures) {
  context().signatures.insert(context().signatures.end(), signatures);
}

}  // namespace toolkit::checks
