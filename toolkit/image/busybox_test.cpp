#include "toolkit/test/test.hpp"
