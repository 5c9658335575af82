# The labs: for each the learner's program, the solution, the checker, and the triangle of the three as a test.

# One more precompiled header, as lab programs are compiled: fast, and for a debugger.
# A step that is not written names its file below the clone.
set(LAB_OPTIONS -O0 -g "-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=")
add_library(pch_lab STATIC "${CMAKE_BINARY_DIR}/pch.cpp")
target_compile_options(pch_lab PRIVATE ${LAB_OPTIONS})
target_precompile_headers(pch_lab PRIVATE <algorithm> <array> <cerrno> <chrono> <cstdint> <cstdio> <cstdlib> <cstring>
  <functional> <map> <memory> <optional> <stdexcept> <string> <string_view> <system_error> <utility> <variant> <vector>)
add_dependencies(programs pch_lab)

# A half-written file always compiles: a learner gets every warning, and no error of them.
set(LEARNER_OPTIONS -Wno-error -Wno-unused -Wno-unused-parameter)

# Sets OUT to libraries of ours and all that these need.
function(lab_libraries out)
  set(found "")
  set(open ${ARGN})
  while(open)
    list(POP_FRONT open library)
    if(library IN_LIST found)
      continue()
    endif()
    list(APPEND found ${library})
    get_target_property(needed ${library} INTERFACE_LINK_LIBRARIES)
    if(needed)
      list(APPEND open ${needed})
    endif()
  endwhile()
  set(${out} ${found} PARENT_SCOPE)
endfunction()

# A list of words as JSON.
function(lab_json out)
  list(TRANSFORM ARGN REPLACE "([\\\"])" "\\\\\\1")
  list(JOIN ARGN "\", \"" words)
  string(REPLACE "\"\"" "" words "\"${words}\"")
  set(${out} "[${words}]" PARENT_SCOPE)
endfunction()

# How `lab` compiles the programs of a lab by itself: build/labs/flags/NAME.json.
function(lab_flags lab)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}}")
  get_directory_property(options COMPILE_OPTIONS)
  lab_json(compile ${flags} ${CMAKE_CXX20_STANDARD_COMPILE_OPTION} ${options} ${LAB_OPTIONS} "-I${PROJECT_SOURCE_DIR}"
    -include "${CMAKE_BINARY_DIR}/CMakeFiles/pch_lab.dir/cmake_pch.hxx")
  lab_json(learner ${LEARNER_OPTIONS})
  set(launcher "[]")
  if(CMAKE_CXX_COMPILER_LAUNCHER)
    lab_json(launcher ${CMAKE_CXX_COMPILER_LAUNCHER})
  endif()
  separate_arguments(flags UNIX_COMMAND "${CMAKE_EXE_LINKER_FLAGS}")
  get_directory_property(options LINK_OPTIONS)
  list(TRANSFORM ARGN REPLACE "(.+)" "$<TARGET_FILE:\\1>" OUTPUT_VARIABLE libraries)
  lab_json(link ${flags} ${options} ${how_linked} -Wl,--start-group ${libraries} -Wl,--end-group)
  file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/labs/flags/${lab}.json" CONTENT "{
  \"source\": \"${PROJECT_SOURCE_DIR}\",
  \"build\": \"${CMAKE_BINARY_DIR}\",
  \"launcher\": ${launcher},
  \"compiler\": \"${CMAKE_CXX_COMPILER}\",
  \"compile\": ${compile},
  \"learner\": ${learner},
  \"link\": ${link}
}
")
endfunction()

# One program of a lab: of the sources in a folder of the clone, into build/WHERE/NAME.
function(lab_program target folder where lab)
  file(GLOB sources "${PROJECT_SOURCE_DIR}/${folder}/${lab}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/check\\.cpp$")
  if(NOT sources)
    return()
  endif()
  add_executable(${target} ${sources})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${lab} RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/${where}")
  target_compile_options(${target} PRIVATE ${LAB_OPTIONS})
  target_precompile_headers(${target} REUSE_FROM pch_lab)
  target_link_libraries(${target} PRIVATE ${ARGN})
  target_link_options(${target} PRIVATE ${how_linked})
endfunction()

# What the learner begins with, derived from the solution into build/starters/NAME: `lab reset` puts it back from there.
function(lab_starters lab)
  file(GLOB solutions "${PROJECT_SOURCE_DIR}/solutions/${lab}/*.cpp")
  if(NOT solutions)
    return()
  endif()
  list(TRANSFORM solutions REPLACE ".*/" "${CMAKE_BINARY_DIR}/starters/${lab}/" OUTPUT_VARIABLE starters)
  add_custom_command(OUTPUT ${starters} COMMAND lab derive --build ${lab}
    DEPENDS lab ${solutions} "${PROJECT_SOURCE_DIR}/labs/${lab}/lab.yaml" VERBATIM)
  add_custom_target(starters-${lab} DEPENDS ${starters})
  add_dependencies(programs starters-${lab})
endfunction()

# add_lab(NAME [STATIC] USES module…): labs/NAME and solutions/NAME. Both link toolkit/lab and these modules of toolkit/kernel,
# never the one that the lab teaches; STATIC where they run in a root that has no libraries. Where sources are not there (a learner's copy), neither is what is made of them.
function(add_lab lab)
  cmake_parse_arguments(ARG "STATIC" "" "USES" ${ARGN})
  list(TRANSFORM ARG_USES PREPEND kernel_)
  set(how_linked "")
  if(ARG_STATIC AND NOT COOPERAGE_SANITIZE)  # sanitizers come as libraries
    set(how_linked -static)
  endif()
  lab_libraries(libraries toolkit_lab ${ARG_USES})
  add_dependencies(programs ${libraries})
  lab_flags(${lab} ${libraries})

  lab_program(lab-${lab} labs labs ${lab} ${libraries})
  if(TARGET lab-${lab})  # in compile_commands.json, and nothing waits for it
    set_target_properties(lab-${lab} PROPERTIES EXCLUDE_FROM_ALL ON)
    target_compile_options(lab-${lab} PRIVATE ${LEARNER_OPTIONS})
  endif()
  lab_program(solution-${lab} solutions solutions ${lab} ${libraries})
  lab_starters(${lab})

  set(check "${PROJECT_SOURCE_DIR}/labs/${lab}/check.cpp")
  if(NOT EXISTS "${check}" OR NOT TARGET toolkit_check)
    return()
  endif()
  add_executable(check-${lab} "${check}")
  set_target_properties(check-${lab} PROPERTIES OUTPUT_NAME ${lab} RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/checks")
  target_compile_options(check-${lab} PRIVATE ${TEST_OPTIONS})
  target_compile_definitions(check-${lab} PRIVATE DOCTEST_CONFIG_NO_POSIX_SIGNALS)
  target_precompile_headers(check-${lab} REUSE_FROM pch_test)
  target_link_libraries(check-${lab} PRIVATE toolkit_check)
  add_dependencies(programs check-${lab})

  if(TARGET hostile_labs_tests AND TARGET solution-${lab})
    add_dependencies(hostile_labs_tests check-${lab} solution-${lab})
    add_dependencies(lacking_tests check-${lab} solution-${lab})
  endif()
  if(BUILD_TESTING AND TARGET solution-${lab} AND NOT COOPERAGE_SANITIZE)
    add_test(NAME "triangle: ${lab}" COMMAND lab verify ${lab})
    set_tests_properties("triangle: ${lab}" PROPERTIES LABELS triangle TIMEOUT 600 PROCESSORS 2
      SKIP_REGULAR_EXPRESSION "SKIPPED: ")
  endif()
endfunction()

if(BUILD_TESTING)
  add_test(NAME "labs: the starters that are committed are the derived ones" COMMAND lab derive --check)
  set_tests_properties("labs: the starters that are committed are the derived ones"
    PROPERTIES LABELS tool TIMEOUT 120 SKIP_REGULAR_EXPRESSION "SKIPPED: ")
endif()
