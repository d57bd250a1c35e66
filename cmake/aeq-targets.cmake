# SPDX-License-Identifier: Apache-2.0
# What CMake exports as aeq-targets.cmake, for installations by Meson. (AEQ_DEPENDENCIES is of aeq_dependencies.cmake.)
if(NOT TARGET aeq::aeq)
  add_library(aeq::aeq INTERFACE IMPORTED)
  target_link_libraries(aeq::aeq INTERFACE aeq::kernels ${AEQ_DEPENDENCIES})
  target_compile_definitions(aeq::aeq INTERFACE AEQ_LINKS_BOOST_JSON=1)
endif()
