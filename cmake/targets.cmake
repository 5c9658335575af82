# The kinds of things built here. Each is one line where it is used.
include(doctest)

# Two precompiled headers for all: the standard library, and the standard library with doctest.
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/pch.cpp" CONTENT "")
add_library(pch_std STATIC "${CMAKE_BINARY_DIR}/pch.cpp")
target_precompile_headers(pch_std PRIVATE <algorithm> <array> <cstdint> <cstring> <functional> <map> <memory>
  <optional> <string> <string_view> <utility> <variant> <vector>)
add_library(pch_test STATIC "${CMAKE_BINARY_DIR}/pch.cpp")
# What tests themselves run is little; what compiles them is not. The fortified libc wants optimisation.
set(TEST_OPTIONS -O0 -U_FORTIFY_SOURCE)
target_compile_options(pch_test PRIVATE ${TEST_OPTIONS})
target_compile_definitions(pch_test PRIVATE DOCTEST_CONFIG_NO_POSIX_SIGNALS)
target_precompile_headers(pch_test PRIVATE <algorithm> <array> <cstdint> <cstring> <functional> <map> <memory>
  <optional> <string> <string_view> <utility> <variant> <vector> <doctest/doctest.h>)

# What a user runs, without the tests: all that `./lab demo` waits for. Each program adds itself.
add_custom_target(programs)
# And what measures them, for `./lab bench`.
add_custom_target(bench)
add_dependencies(bench programs)

# toolkit_library(NAME SOURCES file… [LINK library…]): a layer, or a part of one.
function(toolkit_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE})
  target_precompile_headers(${name} REUSE_FROM pch_std)
endfunction()

# toolkit_test(NAME SOURCES file… LINK library…): a doctest program; each case is a test of ctest, labelled with its suite:
# unit (needs nothing), kernel (makes namespaces of its own), tool (runs the built programs).
function(toolkit_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINK" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)  # seconds
  endif()
  if(NOT BUILD_TESTING)
    return()
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_compile_options(${name} PRIVATE ${TEST_OPTIONS})
  target_precompile_headers(${name} REUSE_FROM pch_test)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  target_compile_definitions(${name} PRIVATE DOCTEST_CONFIG_NO_POSIX_SIGNALS
    COOPERAGE_BUILD="${CMAKE_BINARY_DIR}" COOPERAGE_SOURCE="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_LINK} toolkit_test_support)
  set(environment "")
  if(COOPERAGE_SANITIZE MATCHES "address")  # a finding in a child must look like no payload's status
    set(environment ENVIRONMENT "ASAN_OPTIONS=exitcode=99")
  elseif(COOPERAGE_SANITIZE MATCHES "thread")
    set(environment ENVIRONMENT "TSAN_OPTIONS=exitcode=99")
  endif()
  doctest_discover_tests(${name} ADD_LABELS 1
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} SKIP_REGULAR_EXPRESSION "SKIPPED: " ${environment})
endfunction()

# Relative relocations in a bitmap, where the linker can: 90 KB less to read at each start of a static-pie program.
include(CheckLinkerFlag)
check_linker_flag(CXX "-Wl,-z,pack-relative-relocs" HAVE_RELATIVE_RELOCATIONS)
set(RELATIVE_RELOCATIONS $<$<BOOL:${HAVE_RELATIVE_RELOCATIONS}>:-Wl,-z,pack-relative-relocs>)

# A program that starts containers: static, position independent, without what a start does not need.
function(static_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  add_dependencies(programs ${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  if(NOT COOPERAGE_SANITIZE)
    target_link_options(${name} PRIVATE -static-pie ${RELATIVE_RELOCATIONS})
    # A linker writes here and there, and the page cache keeps the file in pieces of a page; written in one go it lies
    # there in large ones, as an installed program does. Fewer faults: 0.3 ms of CPU less a start, measured on Linux 6.18.
    add_custom_command(TARGET ${name} POST_BUILD
      COMMAND cp "$<TARGET_FILE:${name}>" "$<TARGET_FILE:${name}>.whole"
      COMMAND mv "$<TARGET_FILE:${name}>.whole" "$<TARGET_FILE:${name}>" VERBATIM)
  endif()
endfunction()
