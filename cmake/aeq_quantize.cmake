# SPDX-License-Identifier: Apache-2.0
# Quantizing, and building models into programs, as steps of the build.
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
#   aeq_embed(TARGET
#     MODEL FILE | QUANTIZED NAME   a .tflite file, or the TARGET of an aeq_quantize()
#     [NAME NAME]                   of the array; that of the file, without .tflite, or of QUANTIZED if not given
#     [ALIGN N])                    the array's address is a multiple of N, a power of two; 16 if not given
#
# TARGET, a program or a library, gets an array of the model's bytes, const and aligned, made again whenever the model or
# the tool has changed. Sources of TARGET, and of what links it, include "NAME.h", which declares for C and C++
#
#   extern const unsigned char NAME[...];
#   static const size_t NAME_len = ...;
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
function(aeq_find_tool caller verb)
  if(NOT AEQ_TOOL AND TARGET aeq_tool AND (NOT CMAKE_CROSSCOMPILING OR CMAKE_CROSSCOMPILING_EMULATOR))
    set(tool $<TARGET_FILE:aeq_tool>)
    set(made_by aeq_tool)
  else()
    aeq_search_tool()
    set(tool ${AEQ_TOOL})
    set(made_by ${AEQ_TOOL})
    if(NOT tool)
      message(FATAL_ERROR "${caller}: there is no aeq command line to ${verb} with. Build it along "
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
  aeq_find_tool(aeq_quantize quantize)

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
  set_target_properties(${target} PROPERTIES AEQ_OUTPUT ${given_OUTPUT} AEQ_RECIPE ${recipe})
endfunction()

function(aeq_embed target)
  cmake_parse_arguments(PARSE_ARGV 1 given "" "MODEL;QUANTIZED;NAME;ALIGN" "")
  if(given_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "aeq_embed(${target}): unknown words: ${given_UNPARSED_ARGUMENTS}; known are MODEL, QUANTIZED, "
                        "NAME and ALIGN")
  endif()
  if(NOT TARGET ${target})
    message(FATAL_ERROR "aeq_embed(${target}): there is no target of this name yet; add_executable() or add_library() "
                        "makes one")
  endif()
  set(options)
  if(given_QUANTIZED AND NOT given_MODEL)
    if(TARGET ${given_QUANTIZED})
      get_target_property(model ${given_QUANTIZED} AEQ_OUTPUT)
    endif()
    if(NOT model)
      message(FATAL_ERROR "aeq_embed(${target}): ${given_QUANTIZED} is no target of aeq_quantize()")
    endif()
    get_target_property(recipe ${given_QUANTIZED} AEQ_RECIPE)
    list(APPEND options --recipe ${recipe})
    set(name ${given_QUANTIZED})
  elseif(given_MODEL AND NOT given_QUANTIZED)
    set(model ${given_MODEL})
    cmake_path(ABSOLUTE_PATH model BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    cmake_path(GET model FILENAME name)
    string(REGEX REPLACE "\\.tflite$" "" name ${name})
  else()
    message(FATAL_ERROR "aeq_embed(${target}): one of MODEL and QUANTIZED is needed, and not both")
  endif()
  if(given_NAME)
    set(name ${given_NAME})
  endif()
  if(NOT name MATCHES "^[A-Za-z][A-Za-z0-9_]*$")
    message(FATAL_ERROR "aeq_embed(${target}): ${name} can't be the name of an array in C; give it one with NAME")
  endif()
  if(given_ALIGN)
    list(APPEND options --align ${given_ALIGN})
  endif()
  aeq_find_tool(aeq_embed "embed models")

  # Both compilers take it; what the project does not have it can't be given.
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  set(ending cpp)
  if("C" IN_LIST languages)
    set(ending c)
  endif()
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}_models) # not shared: two targets may have arrays of one name
  file(MAKE_DIRECTORY ${folder})
  set(source ${folder}/${name}.${ending})
  set(header ${folder}/${name}.h)
  cmake_path(GET model FILENAME file)
  add_custom_command(
    OUTPUT ${source} ${header}
    COMMAND ${tool} export ${model} --format c-array --name ${name} -o ${source} --header ${header} --overwrite ${options}
    DEPENDS ${model} ${made_by} ${given_QUANTIZED}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    COMMENT "Embedding ${file}"
    VERBATIM)
  # The target may be of another folder, which does not know the command: it depends on one that does.
  add_custom_target(${target}_model_${name} DEPENDS ${source} ${header})
  add_dependencies(${target} ${target}_model_${name})
  target_sources(${target} PRIVATE ${source} ${header})
  set_source_files_properties(${source} ${header} TARGET_DIRECTORY ${target} PROPERTIES GENERATED ON SKIP_UNITY_BUILD_INCLUSION ON)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${folder}>)
endfunction()
