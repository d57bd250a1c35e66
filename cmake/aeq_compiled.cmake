# SPDX-License-Identifier: Apache-2.0
# aeq::compiled: the quantizer compiled once. Spares source files of one's own the definitions, and needs no headers of
# the libraries behind it. It is a target of the build that takes it, also of one that finds aeq installed: so it has
# that build's compiler and flags, and what is installed is the same for every machine. Built where something links it.
if(NOT TARGET aeq::compiled)
  if(NOT AEQ_COMPILED_FOLDER)
    set(AEQ_COMPILED_FOLDER ${CMAKE_CURRENT_LIST_DIR}/../src/compiled)
  endif()
  add_library(aeq_compiled STATIC EXCLUDE_FROM_ALL)
  foreach(aeq_room calibrate deploy execute io model quantize quantizer recipe table validate) # the folders of include/aeq
    target_sources(aeq_compiled PRIVATE ${AEQ_COMPILED_FOLDER}/${aeq_room}.cpp)
  endforeach()
  add_library(aeq::compiled ALIAS aeq_compiled)
  set_target_properties(aeq_compiled PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_compile_definitions(aeq_compiled PUBLIC AEQ_SEPARATE_COMPILATION=1)
  target_link_libraries(aeq_compiled PUBLIC aeq::kernels PRIVATE aeq::aeq)
endif()
