#pragma once

// CLI11 includes <iostream>, whose static initialiser sets up eight streams and a locale in every
// start. It uses three of their names and no more; with these declared, the header is left out.
#define _GLIBCXX_IOSTREAM 1  // NOLINT: libstdc++'s own guard
#include <istream>
#include <ostream>
namespace std {  // NOLINT: as <iostream> declares them
extern istream cin;
extern ostream cout;
extern ostream cerr;
}  // namespace std

#include <CLI/CLI.hpp>
