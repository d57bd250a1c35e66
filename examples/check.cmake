# SPDX-License-Identifier: Apache-2.0
# cmake -DREADME=FILE -P check.cmake -- PROGRAM ARGUMENTS...
# Runs an example; it must succeed, and its README must show exactly what it prints.
set(command)
set(own TRUE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(NOT own)
    list(APPEND command "${CMAKE_ARGV${i}}")
  elseif("${CMAKE_ARGV${i}}" STREQUAL "--")
    set(own FALSE)
  endif()
endforeach()

execute_process(COMMAND ${command} OUTPUT_VARIABLE output ERROR_VARIABLE errors RESULT_VARIABLE code)
if(NOT code STREQUAL "0")
  message(FATAL_ERROR "exit code ${code}\n${output}${errors}")
endif()
message("${output}${errors}")

file(READ "${README}" readme)
string(FIND "${readme}" "```text\n${output}```" place)
if(place EQUAL -1)
  message(FATAL_ERROR "${README} shows another output")
endif()
