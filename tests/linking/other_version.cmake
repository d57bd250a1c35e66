# SPDX-License-Identifier: Apache-2.0
# cmake -DFROM=include -DTO=FOLDER -P other_version.cmake: a copy of the headers of the next minor version.
file(REMOVE_RECURSE ${TO})
file(COPY ${FROM}/aeq DESTINATION ${TO})
file(READ ${TO}/aeq/version.hpp text)
if(NOT text MATCHES "#define AEQ_VERSION_MINOR ([0-9]+)")
  message(FATAL_ERROR "version.hpp says no AEQ_VERSION_MINOR")
endif()
math(EXPR next "${CMAKE_MATCH_1} + 1")
string(REPLACE "${CMAKE_MATCH_0}" "#define AEQ_VERSION_MINOR ${next}" text "${text}")
file(WRITE ${TO}/aeq/version.hpp "${text}")
