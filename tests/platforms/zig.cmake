# SPDX-License-Identifier: Apache-2.0
# Clang with the C library and libc++ of another system, as the Python package ziglang brings them. AEQ_ZIG_TARGET says
# which, such as x86_64-linux-musl or aarch64-macos; zig-cc and zig-c++ stand in the folder AEQ_ZIG.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES AEQ_ZIG AEQ_ZIG_TARGET)
if(AEQ_ZIG_TARGET MATCHES "macos")
  set(CMAKE_SYSTEM_NAME Darwin)
else()
  set(CMAKE_SYSTEM_NAME Linux)
endif()
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR ${AEQ_ZIG_TARGET})
set(CMAKE_C_COMPILER ${AEQ_ZIG}/zig-cc)
set(CMAKE_CXX_COMPILER ${AEQ_ZIG}/zig-c++)
set(CMAKE_C_COMPILER_TARGET ${AEQ_ZIG_TARGET})
set(CMAKE_CXX_COMPILER_TARGET ${AEQ_ZIG_TARGET})
set(CMAKE_AR ${AEQ_ZIG}/zig-ar)
set(CMAKE_RANLIB ${AEQ_ZIG}/zig-ranlib)
include(${CMAKE_CURRENT_LIST_DIR}/cross.cmake)
