# The habits of the house as tests: format, clang-tidy, shellcheck, documentation. Labelled `habits`.
if(NOT BUILD_TESTING)
  return()
endif()

# habit(NAME COMMAND…): a script that prints "SKIPPED: why" where it has nothing to judge with.
function(habit name)
  add_test(NAME "habits: ${name}" COMMAND ${ARGN})
  set_tests_properties("habits: ${name}" PROPERTIES LABELS habits TIMEOUT 1200 SKIP_REGULAR_EXPRESSION "SKIPPED: ")
endfunction()

set(habits "${PROJECT_SOURCE_DIR}/cmake/habits")
habit("every file is as clang-format writes it" sh "${habits}/format.sh" "${PROJECT_SOURCE_DIR}")
habit("every shell script passes shellcheck" sh "${habits}/shellcheck.sh" "${PROJECT_SOURCE_DIR}")
habit("clang-tidy finds nothing" sh "${habits}/tidy.sh" "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}")
set_tests_properties("habits: clang-tidy finds nothing" PROPERTIES PROCESSORS 2)
habit("the reference is made without a warning" sh "${habits}/doxygen.sh" "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}")
