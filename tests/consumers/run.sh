#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# One small project per way of taking aeq in; each is configured, built and run as its user would.
#
#   run.sh NAME BUILD WORK     BUILD is the build tree of aeq, WORK a folder for this and the other consumers
#
# CTest gives CXX, CMAKE and CMAKE_GENERATOR in the environment. Package managers written in Python are looked for in
# the folder `python` beside BUILD, where tools/setup.sh puts them, and in PATH. Prints what is wrong; "SKIPPED: why" if a tool is not
# there. `install` and `tarball` make what the others take: an installed aeq that was moved, and the source as it would
# be published, without .git. Where the machine allows it, everything runs without a network.
set -uo pipefail
name="$1" build="$(realpath "$2")" work="$3"
here="$(cd "$(dirname "$0")" && pwd)"
source="$(cd "$here/../.." && pwd)"
mkdir -p "$work"
work="$(realpath "$work")"
prefix="$work/installed" # by `install`
tarball="$work/aeq.tar.gz" tree="$work/aeq" # by `tarball`
digits="$source/examples/digits/digits.tflite"
version="$(sed -nE 's/^#define AEQ_VERSION_(MAJOR|MINOR|PATCH) ([0-9]+)$/\2/p' "$source/include/aeq/version.hpp" | paste -sd.)"
: "${CXX:=c++}" "${CMAKE:=cmake}"
export CXX LC_ALL=C
export PATH="$(dirname "$build")/python/bin:$PATH"

# Users' warnings: none may come out of our headers.
strict="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"

failures=0
wrong() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}
# A command that must succeed; without it there is nothing left to test.
run() {
  "$@" || {
    echo "FAILED: exit code $?: $*"
    exit 1
  }
}
# A command that must fail, or succeed, and say something. (CMake wraps lines.)
refuses() { # TEXT COMMAND...
  local text="$1" said
  shift
  if said="$("$@" 2>&1)"; then wrong "this should fail: $*"; fi
  tr -s ' \n' '  ' <<<"$said" | grep -cF -- "$text" >/dev/null || wrong "does not say \"$text\": $said"
}
answers() { # TEXT COMMAND...
  local text="$1" said
  shift
  said="$("$@" 2>&1)" || wrong "exit code $?: $*"
  tr -s ' \n' '  ' <<<"$said" | grep -cF -- "$text" >/dev/null || wrong "does not say \"$text\": $said"
}
skip() {
  echo "SKIPPED: $*"
  exit 0
}
needs() { # TOOL...
  local tool
  for tool in "$@"; do command -v "$tool" >/dev/null || skip "$tool is not installed"; done
}

# The project's files with a program as main.cpp, in a fresh folder: what a user would have.
project() { # PROGRAM
  folder="$work/$name"
  rm -rf "$folder"
  mkdir -p "$folder"
  cp -R "$here/$name/." "$folder"
  cp "$here/programs/$1.cpp" "$folder/main.cpp"
  cp "$digits" "$folder"
  cd "$folder" || exit 1
}

prints_kernels() { # COMMAND...
  local said
  said="$("$@")" || wrong "exit code $?: $*"
  [[ "$said" == "-127 -30 0 26 100 by aeq $version" ]] || wrong "printed: $said"
}
# The program's output must equal the command line's.
quantizes() { # COMMAND...
  local said bytes
  said="$("$@" "$digits" quantized.tflite)" || wrong "exit code $?: $*"
  run "$build/tools/aeq" quantize "$digits" --recipe dynamic_wi8_afp32 -o expected.tflite --overwrite >/dev/null
  bytes="$(stat -c %s expected.tflite)"
  [[ "$said" == "quantized to $bytes bytes by aeq $version" ]] || wrong "printed: $said"
  cmp quantized.tflite expected.tflite || wrong "the output is not the command line's"
}

cmake_project() { # CMAKE_ARGUMENTS...
  run "$CMAKE" -S . -B build -DCMAKE_CXX_FLAGS="$strict" "$@"
  run "$CMAKE" --build build
}
# In a project that takes the source in, nothing but these objects is built, and nothing of aeq is installed.
takes_nothing_else() { # OBJECT...
  local found
  found="$(find build -name '*.o' -printf '%f\n' | sort | paste -sd' ')"
  [[ "$found" == "$*" ]] || wrong "built $found, not $*"
  run "$CMAKE" --install build --prefix "$folder/nothing" >/dev/null
  [[ ! -e "$folder/nothing" ]] || wrong "installs what it was not asked for: $(find "$folder/nothing" -type f | head)"
}
# Configures a project that asks find_package(aeq ...) and says whether it got it.
ask() { # PREFIX [CMAKE_ARGUMENTS...] -- WORDS...
  local arguments=(-DCMAKE_PREFIX_PATH="$1")
  shift
  while [[ "$1" != -- ]]; do
    arguments+=("$1")
    shift
  done
  shift
  rm -rf ask
  mkdir ask
  printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(ask LANGUAGES CXX)' "find_package(aeq $*)" \
    'message("found: ${aeq_FOUND}")' >ask/CMakeLists.txt
  "$CMAKE" -S ask -B ask/build "${arguments[@]}"
}
# A machine that has a compiler and a build program, and no library.
bare_machine() {
  bare=(-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF -DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF
    -DCMAKE_CXX_COMPILER="$(command -v "$CXX")" -DCMAKE_MAKE_PROGRAM="$(command -v make || command -v ninja)"
    -G "$(command -v make >/dev/null && echo "Unix Makefiles" || echo Ninja)")
}

case_install() {
  local file text
  rm -rf "$prefix" "$work/staged"
  run "$CMAKE" --install "$build" --prefix "$work/staged" >/dev/null
  run mv "$work/staged" "$prefix"
  for file in include/aeq/aeq.hpp include/aeq/kernels.hpp share/cmake/aeq/aeqConfig.cmake share/pkgconfig/aeq.pc \
    share/pkgconfig/aeq-kernels.pc share/aeq/src/compiled.cpp share/aeq/src/compiled/quantize.cpp share/aeq/recipes/dynamic_wi8_afp32.json share/doc/aeq/LICENSE bin/aeq \
    share/man/man1/aeq.1 share/bash-completion/completions/aeq share/zsh/site-functions/_aeq; do
    [[ -e "$prefix/$file" ]] || wrong "not installed: $file"
  done
  diff <(cd "$source/include" && find aeq -name '*.[hi]pp' | sort) <(cd "$prefix/include" && find aeq -type f | sort) ||
    wrong "the headers differ"
  for text in "$source" "$build" "$work" /usr/include; do
    grep -rIF -- "$text" "$prefix" && wrong "installed files name $text"
  done
  answers "aeq $version " "$prefix/bin/aeq" --version
}

case_tarball() {
  rm -rf "$tree" "$tarball"
  mkdir -p "$tree"
  if git -C "$source" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    run git -C "$source" ls-files -z --cached --others --exclude-standard >"$work/files"
  else
    (cd "$source" && find . -path ./build -prune -o -type f -print0) >"$work/files"
  fi
  # (A file may be deleted and not yet committed; and the models of other tests take their time.)
  (cd "$source" && xargs -0 sh -c 'for file; do if [ -e "$file" ]; then printf "%s\0" "$file"; fi; done' sh <"$work/files" |
    tar -c --exclude tests/corpus --null -T -) | tar -x -C "$tree" || wrong "the source could not be copied"
  run tar -C "$work" -czf "$tarball" aeq
  [[ -e "$tree/CMakeLists.txt" && ! -e "$tree/.git" ]] || wrong "the tarball is not the source"
}

case_add_subdirectory() {
  project quantize
  cp -R "$tree" aeq
  cmake_project
  # main.cpp twice: the consumer's and the command line's; and the model.
  # shellcheck disable=SC2046  # several names on purpose
  takes_nothing_else $(cd "$source" && printf '%s.o\n' tools/aeq/*.cpp src/compiled/*.cpp main.cpp digits_int8.cpp | sed 's|.*/||' | sort)
  quantizes build/consumer
  cmp build/digits_int8.tflite quantized.tflite || wrong "the build step made something else"
  [[ "$(nm build/consumer | grep -c ' digits_int8$')" -eq 1 ]] || wrong "the model is not in the program"
}

case_fetch_content() {
  project kernels
  cmake_project -DAEQ_URL="file://$tarball" -DAEQ_SHA256="$(sha256sum "$tarball" | cut -d' ' -f1)"
  takes_nothing_else main.cpp.o
  prints_kernels build/consumer
}

case_find_package() {
  project quantize
  cmake_project -DCMAKE_PREFIX_PATH="$prefix"
  quantizes build/consumer
  cmp build/digits_int8.tflite quantized.tflite || wrong "the build step made something else"
  # Again after a change of the model, and not without one.
  local before
  before="$(stat -c %Y%s build/digits_int8.tflite)"
  run "$CMAKE" --build build >/dev/null
  [[ "$(stat -c %Y%s build/digits_int8.tflite)" == "$before" ]] || wrong "quantized again for nothing"
  echo "no model" >digits.tflite
  refuses "digits.tflite" "$CMAKE" --build build
}

case_find_package_kernels() {
  project kernels
  bare_machine
  cmake_project -DCMAKE_PREFIX_PATH="$prefix" "${bare[@]}"
  prints_kernels build/consumer

  # What else one may ask for, and the answers.
  alone() { ask "$prefix" "${bare[@]}" -- "$@"; }
  refuses "not found for aeq::aeq: Boost 1.81 or newer with Boost.JSON, FlatBuffers 2.0.8 or newer (headers), zlib" \
    alone REQUIRED COMPONENTS aeq
  refuses "there is no component kernel; there are kernels" alone REQUIRED COMPONENTS kernel
  refuses 'compatible with requested version "99"' alone 99 REQUIRED
  answers "aeq::kernels is there; not found for aeq::aeq: Boost" alone REQUIRED
  answers "found: 1" alone COMPONENTS kernels OPTIONAL_COMPONENTS aeq
}

case_aeq_quantize() {
  project kernels
  step() { # PREFIX WORDS_OF_AEQ_QUANTIZE [CMAKE_ARGUMENTS...]
    rm -rf step/build
    mkdir -p step
    printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(step LANGUAGES CXX)' \
      'find_package(aeq REQUIRED COMPONENTS kernels)' "aeq_quantize($2)" >step/CMakeLists.txt
    "$CMAKE" -S step -B step/build -DCMAKE_PREFIX_PATH="$1" "${@:3}"
  }
  local words="small MODEL ../digits.tflite RECIPE dynamic_wi8_afp32"
  refuses "aeq_quantize(small): RECIPE is missing" step "$prefix" "small MODEL ../digits.tflite"
  refuses "aeq_quantize(small): unknown words: RECIPES;x" step "$prefix" "$words RECIPES x"

  # The Python tool's command does not count, and a tool that is named does.
  cp -R "$prefix" headers_only
  rm headers_only/bin/aeq
  mkdir python
  printf '#!/bin/sh\necho "aeq 0.10.0"\n' >python/aeq
  chmod +x python/aeq
  PATH="$folder/python:$PATH" refuses "there is no aeq command line to quantize with" step "$folder/headers_only" "$words"
  run step "$folder/headers_only" "$words ALL" -DAEQ_TOOL="$prefix/bin/aeq" >/dev/null
  run "$CMAKE" --build step/build

  # A cross build takes the tool of this machine, and gives it more arguments; the recipe may be made by the build.
  run step "$prefix" "$words.json ARGUMENTS --strict OUTPUT sub/small.tflite)
    add_custom_command(OUTPUT \${CMAKE_CURRENT_SOURCE_DIR}/dynamic_wi8_afp32.json
      COMMAND \${AEQ_TOOL} recipe show dynamic_wi8_afp32 > \${CMAKE_CURRENT_SOURCE_DIR}/dynamic_wi8_afp32.json" \
    -DCMAKE_SYSTEM_NAME=Generic -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY >/dev/null
  run "$CMAKE" --build step/build --target small
  run "$prefix/bin/aeq" quantize digits.tflite --recipe dynamic_wi8_afp32 -o expected.tflite
  cmp step/build/sub/small.tflite expected.tflite || wrong "the output is not the command line's"
}

# A build with models in its program, for both build systems: what is in it, and what is made again, and when.
prepare_embedding() {
  project kernels
  mv main.cpp other.cpp
  cp "$here/programs/models.c" main.c
  mkdir tool
  cp "$prefix/bin/aeq" tool
  echo '[{"regex": ".*", "operation": "*", "scheme": "dynamic_wi4_afp32"}]' >recipe.json
}
has_models() { # PROGRAM
  "$1" float >float.tflite && cmp float.tflite digits.tflite || wrong "$1 does not have the model"
  run "$prefix/bin/aeq" quantize digits.tflite --recipe recipe.json -o expected.tflite --overwrite >/dev/null
  "$1" int4 >int4.tflite && cmp int4.tflite expected.tflite || wrong "$1 does not have the quantized model"
}
embeds() { # FOLDER PROGRAM BUILD_COMMAND...
  local in="$1" program="$2" what before before_float before_int4
  shift 2
  stamps() { find "$in" -type f -name "$1" ! -path '*.dir/*' ! -path '*.p/*' -exec stat -c '%n %y %s' {} + | sort; }
  changed() { # BUILD_COMMAND...: what a build makes anew
    before_float="$(stamps 'digits_float.[ch]')" before_int4="$(stamps 'digits_int4.[ch]')" before="$(stamps 'consumer*')"
    [[ -n "$before_float" && -n "$before_int4" && -n "$before" ]] || wrong "no arrays in $in"
    run "$@" >build.log
    what=""
    [[ "$(stamps 'digits_float.[ch]')" == "$before_float" ]] || what+=" float"
    [[ "$(stamps 'digits_int4.[ch]')" == "$before_int4" ]] || what+=" int4"
    [[ "$(stamps 'consumer*')" == "$before" ]] || what+=" program"
  }
  has_models "$program"
  grep -rq " \* Recipe:      recipe.json, SHA-256 $(sha256sum recipe.json | cut -d' ' -f1)" "$in" ||
    wrong "the array's comment does not tell the recipe"
  changed "$@"
  [[ -z "$what" ]] || wrong "made again for nothing:$what: $(cat build.log)"
  echo '[{"regex": ".*", "operation": "*", "scheme": "dynamic_wi8_afp32"}]' >recipe.json
  changed "$@"
  [[ "$what" == " int4 program" ]] || wrong "a new recipe makes:$what"
  has_models "$program"
  cp "$source/tests/corpus/models/cnn.tflite" digits.tflite
  changed "$@"
  [[ "$what" == " float int4 program" ]] || wrong "a new model makes:$what"
  has_models "$program"
  touch tool/aeq
  changed "$@"
  [[ "$what" == " float int4 program" ]] || wrong "a new tool makes:$what"
  changed "$@"
  [[ -z "$what" ]] || wrong "made again for nothing:$what: $(cat build.log)"
}

case_aeq_embed() {
  local generator arguments
  for generator in "Unix Makefiles" Ninja; do
    command -v "$([[ "$generator" == Ninja ]] && echo ninja || echo make)" >/dev/null || continue
    prepare_embedding
    arguments=(-G "$generator" -DCMAKE_PREFIX_PATH="$prefix" -DAEQ_TOOL="$folder/tool/aeq" -DCMAKE_C_FLAGS="$strict")
    run "$CMAKE" -S . -B build "${arguments[@]}"
    run "$CMAKE" --build build
    embeds build build/consumer "$CMAKE" --build build
  done

  # Targets of other folders, without C, of a library for others, and two arrays of one name; a model that the build makes.
  mkdir -p parts/models parts/app
  cat >parts/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.25)
project(parts LANGUAGES CXX)
find_package(aeq REQUIRED COMPONENTS tool)
add_subdirectory(app)
add_subdirectory(models)
END
  cat >parts/app/CMakeLists.txt <<'END'
add_library(models STATIC)
add_executable(consumer main.cpp)
target_link_libraries(consumer PRIVATE models)
add_executable(alone alone.cpp)
END
  cat >parts/models/CMakeLists.txt <<'END'
aeq_quantize(digits_int4 MODEL ../../digits.tflite RECIPE dynamic_wi8_afp32 OUTPUT sub/some.tflite)
add_custom_command(OUTPUT made.tflite COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_CURRENT_SOURCE_DIR}/../../digits.tflite made.tflite)
aeq_embed(models QUANTIZED digits_int4)
aeq_embed(models MODEL ${CMAKE_CURRENT_BINARY_DIR}/made.tflite NAME digits_float ALIGN 64)
aeq_embed(alone QUANTIZED digits_int4)
END
  cp main.c parts/app/main.cpp
  printf '%s\n' '#include "digits_int4.h"' 'int main() { return digits_int4[4] == 0x54 ? 0 : 1; }' >parts/app/alone.cpp
  for generator in "Unix Makefiles" Ninja; do
    command -v "$([[ "$generator" == Ninja ]] && echo ninja || echo make)" >/dev/null || continue
    run "$CMAKE" -S parts -B "parts/$generator" "${arguments[@]:2}" -G "$generator" -DCMAKE_CXX_FLAGS="$strict"
    run "$CMAKE" --build "parts/$generator" -j 2
    has_models "parts/$generator/app/consumer"
    run "parts/$generator/app/alone"
  done

  # What is refused.
  embed() { # WORDS_OF_AEQ_EMBED
    rm -rf step
    mkdir step
    printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(step LANGUAGES C)' \
      'find_package(aeq REQUIRED COMPONENTS tool)' 'add_library(app STATIC)' "aeq_embed($1)" >step/CMakeLists.txt
    "$CMAKE" -S step -B step/build "${arguments[@]}"
  }
  refuses "aeq_embed(app): one of MODEL and QUANTIZED is needed, and not both" embed app
  refuses "one of MODEL and QUANTIZED is needed" embed "app MODEL a.tflite QUANTIZED b"
  refuses "aeq_embed(app): b is no target of aeq_quantize()" embed "app QUANTIZED b"
  refuses "aeq_embed(app): app is no target of aeq_quantize()" embed "app QUANTIZED app"
  refuses "aeq_embed(app): unknown words: AS;b; known are MODEL" embed "app MODEL a.tflite AS b"
  refuses "aeq_embed(other): there is no target of this name yet" embed "other MODEL a.tflite"
  refuses "aeq_embed(app): my-model can't be the name of an array in C; give it one with NAME" embed "app MODEL my-model.tflite"
}

case_meson_embed() {
  needs meson ninja
  prepare_embedding
  export PATH="$folder/tool:$PATH"
  run meson setup build -Dwarning_level=3 -Dwerror=true
  run ninja -C build
  embeds build build/consumer ninja -C build
}

case_pkg_config() {
  needs pkg-config make
  project quantize
  cp "$here/programs/"*.cpp .
  # LiteRT's library is opened at run time, by what some C libraries have apart.
  [[ "$(uname)" != Linux ]] || answers -ldl env PKG_CONFIG_PATH="$prefix/share/pkgconfig" pkg-config --libs aeq
  run env PKG_CONFIG_PATH="$prefix/share/pkgconfig" CXXFLAGS="-Wall -Wextra" make all
  prints_kernels ./kernels
  quantizes ./quantize
}

case_meson_subproject() {
  needs meson ninja
  project quantize
  mkdir subprojects
  cp -R "$tree" subprojects/aeq
  run meson setup build --prefix "$folder/by_meson" -Dwarning_level=3 -Dwerror=true -Daeq:tools=enabled --wrap-mode=nodownload
  run ninja -C build
  quantizes build/consumer
  cmp build/digits_int8.tflite quantized.tflite || wrong "the build step made something else"
  [[ -e build/digits_int8.h ]] || wrong "there is no array of the model"
  run meson install -C build >/dev/null
  [[ ! -e by_meson ]] || wrong "installs what it was not asked for: $(find by_meson -type f | head)"

  # Asked for, Meson installs what CMake installs, and that may be moved and is found by CMake.
  run meson configure build -Daeq:install=enabled
  run meson install -C build >/dev/null
  diff <(cd "$prefix" && find . -type f | sort) <(cd by_meson && find . -type f | sort) ||
    wrong "Meson and CMake install different files"
  grep -rIF -- "$folder" by_meson && wrong "installed files name $folder"
  mv by_meson moved
  answers "found: 1" ask "$folder/moved" -- "$version" REQUIRED COMPONENTS kernels aeq compiled tool
}

case_meson_installed() {
  needs meson ninja pkg-config
  project kernels
  run env PKG_CONFIG_PATH="$prefix/share/pkgconfig" meson setup build -Dwarning_level=3 -Dwerror=true
  run ninja -C build
  prints_kernels build/consumer
  # The example of a build step, with the tool in PATH.
  run env PATH="$prefix/bin:$PATH" meson setup step "$source/examples/build_step"
  run ninja -C step
  answers "digits_int8: $(stat -c %s step/digits_int8.tflite) bytes digits_int4:" step/build_step
}

case_single_header() {
  needs make
  project quantize
  cp "$here/programs/kernels.cpp" .
  cp -R "$source/single_include/aeq" aeq
  run env CXXFLAGS="-Wall -Wextra" make all
  prints_kernels ./kernels
  quantizes ./quantize
}

case_zephyr() {
  project kernels
  local folder_of_cmake
  folder_of_cmake="$(sed -n 's/^  cmake: //p' "$source/zephyr/module.yml")"
  cmake_project -DAEQ_MODULE="$source" -DAEQ_MODULE_CMAKE="$folder_of_cmake" -DCONFIG_AEQ=y
  prints_kernels build/app
  prints_kernels build/app_by_target
}

case_zephyr_kconfig() {
  python3 -c 'import kconfiglib, yaml' 2>/dev/null || skip "kconfiglib or pyyaml is not installed"
  run python3 "$here/zephyr/check.py" "$source" "$here/zephyr"
}

case_platformio() {
  needs pio
  project kernels
  mkdir src
  mv main.cpp src
  # The licence's name is checked against a list that PlatformIO downloads.
  mkdir published
  cp -R "$tree/." published
  grep -v '"license"' "$tree/library.json" >published/library.json
  export PLATFORMIO_CORE_DIR="$folder/core" PLATFORMIO_NO_ANSI=true PLATFORMIO_SETTING_ENABLE_TELEMETRY=no
  run pio pkg pack published -o aeq.tar.gz
  mkdir aeq
  run tar -C aeq -xzf aeq.tar.gz
  diff <(cd "$tree" && find include -type f | sort) <(cd aeq && find include -type f | sort) || wrong "the headers differ"
  [[ ! -e aeq/tools && ! -e aeq/tests ]] || wrong "the package has more than a library: $(ls aeq)"
  run "$(dirname "$(command -v pio)")/python3" prepare.py host core
  PYTHONPATH="$("$(dirname "$(command -v pio)")/python3" -c 'import os, SCons; print(os.path.dirname(SCons.__path__[0]))')" \
    run pio run
  prints_kernels .pio/build/host/consumer
}

case_conan() {
  needs conan
  project kernels
  export CONAN_HOME="$folder/home"
  cp -R "$tree" aeq
  cp "$here/programs/kernels.cpp" aeq/packaging/conan/test_package
  cp "$here/programs/quantize.cpp" aeq/packaging/conan/test_package/quantizer.cpp
  run conan profile detect
  local settings=(--no-remote -s compiler.cppstd=20) dependency
  create() { # NAME CONAN_ARGUMENTS...
    local log="$1.log"
    shift
    conan create "$@" "${settings[@]}" >"$log" 2>&1 || {
      cat "$log"
      run false
    }
  }
  create kernels aeq/packaging/conan -o 'aeq/*:quantizer=False'
  grep -qxF -- "-127 -30 0 26 100 by aeq $version" kernels.log || wrong "the test package printed: $(cat kernels.log)"

  # With the quantizer, on stand-ins for the packages it needs. (The real ones come from a server.)
  for dependency in boost/1.81.0 flatbuffers/2.0.8 zlib/1.2.13; do
    create "${dependency%/*}" system --name "${dependency%/*}" --version "${dependency#*/}"
  done
  create quantizer aeq/packaging/conan
  grep -qxF -- "-127 -30 0 26 100 by aeq $version" quantizer.log || wrong "the test package printed: $(cat quantizer.log)"
  quantizes "$(find aeq/packaging/conan/test_package/build -name quantizer)"
}

# (In braces, so that all of it is read before it begins: a test may go on while this file is edited.)
{
  if [[ "$(type -t "case_$name")" != function ]]; then
    echo "there is no consumer $name"
    exit 2
  fi
  # Again, cut off from the network, where that is possible.
  if [[ -z "${AEQ_CUT_OFF:-}" ]] && unshare -rn true 2>/dev/null; then
    AEQ_CUT_OFF=1 exec unshare -rn "$0" "$@"
  fi
  "case_$name"
  [[ "$failures" -eq 0 ]] && echo ok
  exit "$((failures > 0))"
}
