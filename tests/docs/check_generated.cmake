# SPDX-License-Identifier: Apache-2.0
# Runs GENERATOR with ARGUMENT, and compares what it prints, kept as FRESH, with the file PAGE.
if(NOT EXISTS ${GENERATOR})
  message("SKIPPED: ${GENERATOR} is not built")
  return()
endif()
execute_process(COMMAND ${GENERATOR} ${ARGUMENT} OUTPUT_FILE ${FRESH} RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "${GENERATOR} failed: ${failed}")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${FRESH} ${PAGE} RESULT_VARIABLE differs)
if(differs)
  message(FATAL_ERROR "${PAGE} is not fresh; write it anew: ${GENERATOR} ${ARGUMENT} > ${PAGE}")
endif()
