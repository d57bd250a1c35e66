# SPDX-License-Identifier: Apache-2.0
# Compiles SOURCE twice: as it is, which must work, and with AEQ_TEST_FAIL, which must fail and say what the file's first
# line expects ("// EXPECT: <regular expression>").
file(STRINGS ${SOURCE} first_line LIMIT_COUNT 1)
if(NOT first_line MATCHES "^// EXPECT: (.+)$")
  message(FATAL_ERROR "${SOURCE}: the first line must be // EXPECT: <regular expression>")
endif()
set(expected "${CMAKE_MATCH_1}")
set(command ${COMPILER} -std=c++20 -fsyntax-only -I${INCLUDE} ${SOURCE})

execute_process(COMMAND ${command} RESULT_VARIABLE result ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} must compile without AEQ_TEST_FAIL:\n${output}")
endif()
execute_process(COMMAND ${command} -DAEQ_TEST_FAIL RESULT_VARIABLE result ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} must not compile with AEQ_TEST_FAIL")
endif()
# What a person reads first is the first error.
string(REGEX MATCH "error:[^\n]*" first_error "${output}")
if(NOT first_error MATCHES "aeq: ")
  message(FATAL_ERROR "${SOURCE}: the first error says \"${first_error}\"; it should be one of aeq's sentences")
endif()
if(NOT output MATCHES "${expected}")
  message(FATAL_ERROR "${SOURCE}: expected \"${expected}\" in:\n${output}")
endif()
