# How everything here is compiled: one dialect, one set of warnings, one set of hardening flags.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
option(COOPERAGE_WERROR "warnings are errors" ON)
set(COOPERAGE_SANITIZE "" CACHE STRING "sanitizers for toolkit and tests: address,undefined or thread")

add_compile_options(
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual)
if(COOPERAGE_WERROR)
  add_compile_options(-Werror)
endif()

# -fPIE everywhere, not CMake's choice between -fPIE and -fPIC: one precompiled header serves every target.
add_compile_options(-fPIE -fstack-protector-strong -ffunction-sections -fdata-sections)
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack -Wl,--gc-sections)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  add_compile_options(-fcf-protection)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT COOPERAGE_SANITIZE)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
if(COOPERAGE_SANITIZE)
  add_compile_options(-fsanitize=${COOPERAGE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${COOPERAGE_SANITIZE})
endif()

# ccache keeps what a precompiled header touches only with these two (see "Precompiled headers" in ccache's manual).
add_compile_options(-fpch-preprocess)
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env "CCACHE_SLOPPINESS=pch_defines,time_macros" ${CCACHE})
endif()

find_package(doctest REQUIRED)
