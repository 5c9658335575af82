#pragma once

// Everything that a lab's check.cpp is written with.
#include <cerrno>   // IWYU pragma: export
#include <csignal>  // IWYU pragma: export

#include "toolkit/check/machine.hpp"      // IWYU pragma: export
#include "toolkit/check/observe.hpp"      // IWYU pragma: export
#include "toolkit/check/random.hpp"       // IWYU pragma: export
#include "toolkit/check/step.hpp"         // IWYU pragma: export
#include "toolkit/check/subject.hpp"      // IWYU pragma: export
#include "toolkit/check/verdict.hpp"      // IWYU pragma: export
#include "toolkit/kernel/namespaces.hpp"  // IWYU pragma: export
