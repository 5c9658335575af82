#include "toolkit/cooper/cooper.hpp"

int main(int argc, char** argv) { return toolkit::cooper(argc, argv); }
