# SPDX-License-Identifier: Apache-2.0
# cmake -DCOMPILER=... -DCOMPILER_NAME="GNU 12.2.0" -DPAGE=... -DROOT=... -P check_messages.cmake
# Each code block of PAGE behind a line "<!-- message: COMPILER FILE -->" shows what that compiler says first of
# tests/compile_fail/FILE.cpp, without the inline namespace of the version. Compares those of this compiler.
file(READ ${PAGE} page)
string(REPLACE ";" "@semicolon@" page "${page}")
string(REGEX MATCHALL "<!-- message: ${COMPILER_NAME} [^ ]+ -->\n```text\n[^`]*\n```" blocks "${page}")
set(count 0)
foreach(block IN LISTS blocks)
  string(REGEX MATCH "message: ${COMPILER_NAME} ([^ ]+) -->\n```text\n([^`]*)\n```" all "${block}")
  set(file ${CMAKE_MATCH_1})
  set(quoted "${CMAKE_MATCH_2}")
  execute_process(COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C ${COMPILER} -std=c++20 -fsyntax-only -DAEQ_TEST_FAIL
                          -I${ROOT}/include ${ROOT}/tests/compile_fail/${file}.cpp
                  RESULT_VARIABLE result ERROR_VARIABLE output)
  if(result EQUAL 0)
    message(FATAL_ERROR "${PAGE}: ${file} compiles")
  endif()
  string(REPLACE ";" "@semicolon@" output "${output}")
  string(REGEX MATCH "error: [^\n]*" printed "${output}")
  string(REGEX REPLACE "v[0-9]+_[0-9]+_[0-9]+[a-z_]*::" "" printed "${printed}")
  if(NOT printed STREQUAL quoted)
    string(REPLACE "@semicolon@" ";" printed "${printed}")
    message(FATAL_ERROR "${PAGE} quotes another message of ${COMPILER_NAME} for ${file}; today it is\n${printed}")
  endif()
  math(EXPR count "${count} + 1")
endforeach()
if(count EQUAL 0)
  message("SKIPPED: ${PAGE} quotes no message of ${COMPILER_NAME}")
else()
  message("${count} messages of ${COMPILER_NAME} are as quoted")
endif()
