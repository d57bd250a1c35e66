# SPDX-License-Identifier: Apache-2.0
# The libraries for a target whose packages are not installed, from what is the same everywhere: headers of this machine,
# sources where there is something to compile. Given to CMake as CMAKE_PROJECT_aeq_INCLUDE.
#   AEQ_ZLIB_SOURCE   folder with zlib's source
enable_language(C)

# Links to the few header folders that are wanted: all of /usr/include would bring this machine's C library along.
set(headers ${CMAKE_BINARY_DIR}/platform/include)
file(MAKE_DIRECTORY ${headers})
foreach(folder boost flatbuffers CLI doctest)
  find_path(AEQ_PLATFORM_${folder} ${folder} PATHS /usr/include /usr/local/include NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH
            REQUIRED)
  file(CREATE_LINK ${AEQ_PLATFORM_${folder}}/${folder} ${headers}/${folder} SYMBOLIC)
endforeach()

foreach(target Boost::headers CLI11::CLI11 doctest::doctest)
  add_library(${target} INTERFACE IMPORTED)
  target_include_directories(${target} INTERFACE ${headers})
endforeach()
set(AEQ_FLATBUFFERS_INCLUDE_DIR ${headers} CACHE PATH "")

file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/platform/boost_json.cpp CONTENT "#include <boost/json/src.hpp>\n")
add_library(platform_boost_json STATIC ${CMAKE_BINARY_DIR}/platform/boost_json.cpp)
target_link_libraries(platform_boost_json PUBLIC Boost::headers)
target_compile_features(platform_boost_json PUBLIC cxx_std_20)
add_library(Boost::json ALIAS platform_boost_json)

file(GLOB zlib ${AEQ_ZLIB_SOURCE}/*.c)
if(NOT zlib)
  message(FATAL_ERROR "AEQ_ZLIB_SOURCE (${AEQ_ZLIB_SOURCE}) holds no source of zlib")
endif()
add_library(platform_zlib STATIC ${zlib})
target_include_directories(platform_zlib SYSTEM PUBLIC ${AEQ_ZLIB_SOURCE})
if(NOT WIN32)
  target_compile_definitions(platform_zlib PUBLIC Z_HAVE_UNISTD_H)
endif()
target_compile_options(platform_zlib PRIVATE -w)
add_library(ZLIB::ZLIB ALIAS platform_zlib)

# find_package(CLI11) and find_package(doctest) find these.
file(WRITE ${CMAKE_FIND_PACKAGE_REDIRECTS_DIR}/cli11-config.cmake "set(CLI11_FOUND TRUE)\n")
file(WRITE ${CMAKE_FIND_PACKAGE_REDIRECTS_DIR}/doctest-config.cmake "set(doctest_FOUND TRUE)\n")
file(WRITE ${CMAKE_FIND_PACKAGE_REDIRECTS_DIR}/zlib-config.cmake "set(ZLIB_FOUND TRUE)\n")
list(APPEND CMAKE_MODULE_PATH /usr/lib/cmake/doctest /usr/local/lib/cmake/doctest)
