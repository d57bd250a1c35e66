# SPDX-License-Identifier: Apache-2.0
# Looks for what aeq::aeq is built on; included by the build and, installed, by find_package(aeq). Only looks: nothing
# is downloaded. Sets
#   AEQ_DEPENDENCIES   the targets to link
#   AEQ_MISSING        what was not found, in words; empty if all is there
#
# FlatBuffers is needed for its headers alone, so that they are looked for and not its CMake package, which would bring
# a library to link. Where they lie apart: -DAEQ_FLATBUFFERS_INCLUDE_DIR=FOLDER.
set(AEQ_DEPENDENCIES Boost::headers Boost::json ZLIB::ZLIB Threads::Threads aeq::flatbuffers_headers ${CMAKE_DL_LIBS})
set(AEQ_MISSING)

if(NOT TARGET Boost::headers OR NOT TARGET Boost::json)
  find_package(Boost 1.81 CONFIG QUIET COMPONENTS json)
endif()
if(NOT TARGET Boost::headers OR NOT TARGET Boost::json)
  list(APPEND AEQ_MISSING "Boost 1.81 or newer with Boost.JSON")
endif()

find_path(AEQ_FLATBUFFERS_INCLUDE_DIR flatbuffers/flatbuffers.h DOC "Folder that holds flatbuffers/flatbuffers.h")
mark_as_advanced(AEQ_FLATBUFFERS_INCLUDE_DIR)
if(NOT AEQ_FLATBUFFERS_INCLUDE_DIR)
  list(APPEND AEQ_MISSING "FlatBuffers 2.0.8 or newer (headers)")
else()
  file(STRINGS ${AEQ_FLATBUFFERS_INCLUDE_DIR}/flatbuffers/base.h aeq_flatbuffers_version
       REGEX "^#define FLATBUFFERS_VERSION_(MAJOR|MINOR|REVISION) [0-9]+")
  list(TRANSFORM aeq_flatbuffers_version REPLACE "[^0-9]+" "")
  list(JOIN aeq_flatbuffers_version . aeq_flatbuffers_version)
  if(aeq_flatbuffers_version VERSION_LESS 2.0.8)
    list(APPEND AEQ_MISSING
         "FlatBuffers 2.0.8 or newer (${AEQ_FLATBUFFERS_INCLUDE_DIR} has ${aeq_flatbuffers_version})")
  elseif(NOT TARGET aeq::flatbuffers_headers)
    add_library(aeq::flatbuffers_headers INTERFACE IMPORTED)
    target_include_directories(aeq::flatbuffers_headers INTERFACE ${AEQ_FLATBUFFERS_INCLUDE_DIR})
    if(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL)
      set_target_properties(aeq::flatbuffers_headers PROPERTIES IMPORTED_GLOBAL TRUE)
    endif()
  endif()
endif()

find_package(ZLIB QUIET)
if(NOT TARGET ZLIB::ZLIB)
  list(APPEND AEQ_MISSING "zlib")
endif()

find_package(Threads QUIET)
if(NOT TARGET Threads::Threads)
  list(APPEND AEQ_MISSING "threads")
endif()
list(JOIN AEQ_MISSING ", " AEQ_MISSING)
