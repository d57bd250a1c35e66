# SPDX-License-Identifier: Apache-2.0
# Quantizing as a step of the build.
#
#   aeq_quantize(TARGET
#     MODEL FILE          the float model
#     RECIPE NAME|FILE    a recipe's name, or a JSON file
#     [OUTPUT FILE]       TARGET.tflite in the build folder if not given
#     [ARGUMENTS ...]     more words for `aeq quantize`, such as --strict; files in them are relative to the source folder
#     [DEPENDS ...]       files and targets that ARGUMENTS use
#     [ALL])              build it whether or not something depends on it
#
# TARGET is a target that makes OUTPUT, again whenever the model, the recipe or the tool has changed. Its property
# AEQ_OUTPUT has the full path; a target in the same folder may as well name OUTPUT among its sources.
#
# The tool is, in this order: AEQ_TOOL if it is set; the one that this build makes (AEQ_BUILD_TOOLS); one installed
# with aeq, or found in PATH. A cross build can't run what it makes, and takes only the others.
include_guard(GLOBAL)

# Google's Python package installs a command of the same name; only ours says that it is the C++ one.
function(aeq_check_tool result file)
  execute_process(COMMAND ${file} --version OUTPUT_VARIABLE said ERROR_QUIET RESULT_VARIABLE code)
  if(NOT code STREQUAL "0" OR NOT said MATCHES "^aeq [0-9.]+ \\(the C\\+\\+ quantizer")
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

# Sets AEQ_TOOL, in the cache, to the tool that is installed.
function(aeq_search_tool)
  find_program(AEQ_TOOL aeq HINTS ${AEQ_TOOL_HINTS} NO_CMAKE_FIND_ROOT_PATH VALIDATOR aeq_check_tool
               DOC "The aeq command line, for this machine")
  mark_as_advanced(AEQ_TOOL)
endfunction()

# Sets, in the caller, `tool` to a program or a generator expression, and `made_by` to the file or target to depend on.
function(aeq_find_tool)
  if(NOT AEQ_TOOL AND TARGET aeq_tool AND (NOT CMAKE_CROSSCOMPILING OR CMAKE_CROSSCOMPILING_EMULATOR))
    set(tool $<TARGET_FILE:aeq_tool>)
    set(made_by aeq_tool)
  else()
    aeq_search_tool()
    set(tool ${AEQ_TOOL})
    set(made_by ${AEQ_TOOL})
    if(NOT tool)
      message(FATAL_ERROR "aeq_quantize: there is no aeq command line to quantize with. Build it along "
                          "(-DAEQ_BUILD_TOOLS=ON, not in a cross build), install it, or say where it is "
                          "(-DAEQ_TOOL=FILE). The Python tool's command aeq does not count.")
    endif()
  endif()
  set(tool ${tool} PARENT_SCOPE)
  set(made_by ${made_by} PARENT_SCOPE)
endfunction()

function(aeq_quantize target)
  cmake_parse_arguments(PARSE_ARGV 1 given "ALL" "MODEL;RECIPE;OUTPUT" "ARGUMENTS;DEPENDS")
  if(given_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "aeq_quantize(${target}): unknown words: ${given_UNPARSED_ARGUMENTS}; known are MODEL, "
                        "RECIPE, OUTPUT, ARGUMENTS, DEPENDS and ALL")
  endif()
  foreach(needed MODEL RECIPE)
    if(NOT given_${needed})
      message(FATAL_ERROR "aeq_quantize(${target}): ${needed} is missing")
    endif()
  endforeach()
  if(NOT given_OUTPUT)
    set(given_OUTPUT ${target}.tflite)
  endif()
  aeq_find_tool()

  # A model or a recipe may be made by the build as well, and not be there yet.
  cmake_path(ABSOLUTE_PATH given_OUTPUT BASE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR} NORMALIZE)
  set(model ${given_MODEL})
  cmake_path(ABSOLUTE_PATH model BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
  set(recipe ${given_RECIPE})
  cmake_path(ABSOLUTE_PATH recipe BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
  set(files ${model})
  if(recipe MATCHES "\\.json$" OR (EXISTS ${recipe} AND NOT IS_DIRECTORY ${recipe}))
    list(APPEND files ${recipe})
  else()
    set(recipe ${given_RECIPE})
  endif()

  cmake_path(GET given_OUTPUT PARENT_PATH folder)
  file(MAKE_DIRECTORY ${folder})
  cmake_path(GET model FILENAME name)
  add_custom_command(
    OUTPUT ${given_OUTPUT}
    COMMAND ${tool} quantize ${model} --recipe ${recipe} -o ${given_OUTPUT} --overwrite ${given_ARGUMENTS}
    DEPENDS ${files} ${made_by} ${given_DEPENDS}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    COMMENT "Quantizing ${name} with ${given_RECIPE}"
    VERBATIM)
  set(all)
  if(given_ALL)
    set(all ALL)
  endif()
  add_custom_target(${target} ${all} DEPENDS ${given_OUTPUT})
  set_target_properties(${target} PROPERTIES AEQ_OUTPUT ${given_OUTPUT})
endfunction()
