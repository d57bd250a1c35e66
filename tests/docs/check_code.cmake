# SPDX-License-Identifier: Apache-2.0
# cmake -DCOMPILER=... -DPAGE=... -DINCLUDE=... -DSOURCE=... -P check_code.cmake
# The blocks ```cpp of PAGE, one behind the other (as SOURCE), compile. Blocks ```c++ are parts of something.
file(READ ${PAGE} page)
string(REPLACE ";" "@semicolon@" page "${page}")
string(REGEX MATCHALL "\n```cpp\n[^`]*\n```" blocks "${page}")
if(NOT blocks)
  message(FATAL_ERROR "${PAGE} has no block of C++")
endif()
set(text "")
foreach(block IN LISTS blocks)
  string(REGEX REPLACE "^\n```cpp\n" "" block "${block}")
  string(REGEX REPLACE "\n```$" "\n" block "${block}")
  string(APPEND text "${block}")
endforeach()
string(REPLACE "@semicolon@" ";" text "${text}")
file(WRITE ${SOURCE} "${text}")
execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -I${INCLUDE} ${SOURCE} RESULT_VARIABLE result
                ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the C++ of ${PAGE} does not compile:\n${output}")
endif()
list(LENGTH blocks count)
message("${count} blocks compile")
