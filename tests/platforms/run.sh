#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds aeq for another platform and runs its tests there, in an emulator where this machine can't.
#
#   tests/platforms/run.sh list           the platforms, and whether this machine has what they need
#   tests/platforms/run.sh NAME           the suite, exact arithmetic under -O2 and -O3, the tool's outputs
#   tests/platforms/run.sh --quick NAME   the suite alone, for mingw the tool's outputs
#
# The last line says what passed. Exit codes: 0 passed, 1 failed, 2 wrong usage, 3 something is missing here.
# Build folders go to $AEQ_BUILD_DIR/platforms (build/ beside tests/ by default). Nothing is installed, and no foreign
# architecture is added to this machine's package manager. zlib is built from the source in $AEQ_ZLIB_SOURCE, else from
# the one that apt fetches.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p "${AEQ_BUILD_DIR:-build}/platforms"
builds="$(realpath "${AEQ_BUILD_DIR:-build}")"
jobs="$(nproc)"

# name|what must be there|the Debian packages with it|what is tested
table='s390x|s390x-linux-gnu-g++ qemu-s390x|g++-s390x-linux-gnu qemu-user|64 bits, highest byte first
aarch64|aarch64-linux-gnu-g++ qemu-aarch64|g++-aarch64-linux-gnu qemu-user|64-bit ARM, contraction to fused multiply-add
armhf|arm-linux-gnueabihf-g++ qemu-arm|g++-arm-linux-gnueabihf qemu-user|32-bit ARM
i386|i686-linux-gnu-g++ qemu-i386|g++-i686-linux-gnu qemu-user|32-bit x86
mingw|x86_64-w64-mingw32-g++-posix wine|g++-mingw-w64-x86-64-posix wine64|64-bit Windows
clang16|clang++-16|clang-16|a newer Clang
clang19|clang++-19|clang-19|a newer Clang
libcxx16|clang++-16 libc++-16|clang-16 libc++-16-dev libc++abi-16-dev|the C++ library libc++
libcxx19|clang++-19 libc++-19|clang-19 libc++-19-dev libc++abi-19-dev|the C++ library libc++
musl|ziglang|tools/setup.sh --platforms|the C library musl, with libc++
macos|ziglang|tools/setup.sh --platforms|macOS on 64-bit ARM: compiled and linked, not run'

is_there() { # NEED
  case "$1" in
    wine) command -v wine64 >/dev/null || [[ -x /usr/lib/wine/wine64 ]] ;;
    libc++-*) [[ -e "$(libcxx_of "${1#libc++-}")/include/c++/v1/vector" ]] ;;
    ziglang) zig_python >/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}
libcxx_of() { echo "${AEQ_LIBCXX_ROOT:-}/usr/lib/llvm-$1"; }

zig_python() { # the Python that has it: that of tools/setup.sh, or the system's
  local python
  for python in "$builds/platforms/python/bin/python3" python3; do
    "$python" -c 'import ziglang' 2>/dev/null && echo "$python" && return
  done
  return 1
}

missing_of() { # NEEDS...
  local need
  for need in "$@"; do is_there "$need" || printf '%s ' "$need"; done
}

if [[ "${1:-}" == list && $# -eq 1 ]]; then
  while IFS='|' read -r name needs packages what; do
    # shellcheck disable=SC2086  # several needs on purpose
    missing="$(missing_of $needs)"
    printf '%-9s %-48s %s\n' "$name" "$what" "${missing:+missing: $missing($packages)}"
  done <<<"$table"
  exit 0
fi

quick=false
[[ "${1:-}" == --quick ]] && quick=true && shift
row="$(grep "^${1:-}|" <<<"$table" || true)"
if [[ $# -ne 1 || -z "$row" ]] || { $quick && [[ "$1" == macos ]]; }; then
  sed -n '4,13s/^# \{0,1\}//p' "$0"
  exit 2
fi
IFS='|' read -r name needs packages _ <<<"$row"
$quick && needs="${needs% wine}" # building is most of it; with Wine the result is run, too
# shellcheck disable=SC2086
missing="$(missing_of $needs)"
if [[ -n "$missing" ]]; then
  echo "$name: missing here: $missing($packages)"
  exit 3
fi

folder="$builds/platforms/$name"
log="$folder.log"
: >"$log"
passed=()
say() { printf '== %s: %s (%s s)\n' "$name" "$1" "$SECONDS"; }
fail() {
  tail -n 30 "$log" | cut -c1-300
  echo "$name: FAILED: $1 (see $log)"
  exit 1
}

# The sources of zlib. apt's own lists mostly have no sources: the lists that have go to a folder of ours.
zlib_source() {
  zlib="${AEQ_ZLIB_SOURCE:-$builds/platforms/zlib}"
  [[ -e "$zlib/inflate.c" ]] && return
  say "fetching zlib's source"
  local apt="$builds/platforms/apt" file
  rm -rf "$apt" "$zlib"
  mkdir -p "$apt/sources" "$apt/lists/partial" "$apt/cache/archives/partial" "$zlib"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/{debian,ubuntu}.sources; do
    [[ -e "$file" ]] && sed -E 's/^deb /deb-src /; s/^Types:.*/Types: deb-src/' "$file" >"$apt/sources/${file##*/}"
  done
  local -a options=(-q -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o Dir::Etc::SourceList=/dev/null
    -o "Dir::Etc::SourceParts=$apt/sources" -o APT::Sandbox::User=root)
  [[ -e "$apt/sources/sources.list" ]] && mv "$apt/sources/sources.list" "$apt/sources/sources_.list"
  if ! (cd "$apt" && apt-get "${options[@]}" update && apt-get "${options[@]}" source --download-only zlib) >>"$log" 2>&1 ||
    ! tar -xf "$(ls "$apt"/zlib_*.orig.tar.*)" -C "$zlib" --strip-components=1; then
    echo "$name: missing here: the source of zlib (apt can't fetch it; name a folder with it in AEQ_ZLIB_SOURCE)"
    exit 3
  fi
  rm -rf "$apt"
}

# Programs that CMake calls as compilers.
zig_programs() {
  mkdir -p "$builds/platforms/zig"
  local word
  for word in cc c++ ar ranlib; do
    printf '#!/bin/sh\nexec %s -m ziglang %s "$@"\n' "$(zig_python)" "$word" >"$builds/platforms/zig/zig-$word"
    chmod +x "$builds/platforms/zig/zig-$word"
  done
}

# What to configure with; and how to run a program.
configure=(-DAEQ_BUILD_EXAMPLES=OFF -DAEQ_INSTALL=OFF -DCMAKE_BUILD_TYPE=Release)
command -v ccache >/dev/null && configure+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
run=()
suffix=""
here="$PWD/tests/platforms"
cross() { # TOOLCHAIN_FILE
  zlib_source
  configure+=(--toolchain "$here/$1.cmake" "-DCMAKE_PROJECT_aeq_INCLUDE=$here/dependencies.cmake" "-DAEQ_ZLIB_SOURCE=$zlib")
}
case "$name" in
  s390x | aarch64) cross "$name" && run=("qemu-$name") ;;
  armhf) cross armhf && run=(qemu-arm) ;;
  i386) cross i386 && run=(qemu-i386) ;;
  mingw)
    cross mingw
    run=("$here/wine.sh")
    suffix=.exe
    export WINEPREFIX="$builds/platforms/wine"
    ;;
  clang*) configure+=("-DCMAKE_CXX_COMPILER=clang++-${name#clang}") ;;
  libcxx*)
    zlib_source
    libcxx="$(libcxx_of "${name#libcxx}")"
    configure+=("-DCMAKE_CXX_COMPILER=clang++-${name#libcxx}" "-DCMAKE_C_COMPILER=clang-${name#libcxx}"
      "-DCMAKE_PROJECT_aeq_INCLUDE=$here/dependencies.cmake" "-DAEQ_ZLIB_SOURCE=$zlib"
      "-DCMAKE_CXX_FLAGS=-nostdinc++ -isystem $libcxx/include/c++/v1"
      "-DCMAKE_EXE_LINKER_FLAGS=-nostdlib++ -L$libcxx/lib -Wl,-rpath,$libcxx/lib -lc++ -lc++abi -pthread")
    ;;
  musl | macos)
    zig_programs
    cross zig
    configure+=("-DAEQ_ZIG=$builds/platforms/zig")
    [[ "$name" == musl ]] && configure+=("-DAEQ_ZIG_TARGET=$(uname -m)-linux-musl") || configure+=(-DAEQ_ZIG_TARGET=aarch64-macos)
    ;;
esac

build() { # FOLDER TARGET... [-- CMAKE_ARGUMENTS...]
  local into="$1" targets=()
  shift
  while [[ $# -gt 0 && "$1" != -- ]]; do targets+=("$1") && shift; done
  [[ $# -gt 0 ]] && shift
  say "building ${targets[*]} $*"
  cmake -S . -B "$into" "${configure[@]}" "$@" >>"$log" 2>&1 || fail "configuring $into"
  cmake --build "$into" --target "${targets[@]}" -j "$jobs" >>"$log" 2>&1 || fail "building ${targets[*]} in $into"
}

# Runs a program of tests and adds its number to what passed.
tests() { # WORDS PROGRAM
  say "running $1"
  "${run[@]}" "$2$suffix" --no-colors >"$folder.tests" 2>&1 || { cat "$folder.tests" >>"$log" && fail "$1"; }
  local count
  count="$(sed -nE 's/^\[doctest\] test cases: +([0-9]+) \| +([0-9]+) passed \| 0 failed.*/\2/p' "$folder.tests")"
  [[ "${count:-0}" -gt 0 ]] || fail "$1: no tests ran"
  local skipped
  skipped="$(grep -c '^SKIPPED:' "$folder.tests" || true)"
  passed+=("$count of $1$([[ "$skipped" -eq 0 ]] || echo " ($skipped of them without what they compare with)")")
}

# The tool makes the same bytes as this machine's.
outputs() {
  local native="$builds/release/tools/aeq" work="$folder/outputs" recipe count=0
  if [[ ! -x "$native" ]]; then
    say "building this machine's tool"
    cmake -S . -B "$builds/release" -DCMAKE_BUILD_TYPE=Release >>"$log" 2>&1 &&
      cmake --build "$builds/release" --target aeq_tool -j "$jobs" >>"$log" 2>&1 || fail "building this machine's tool"
  fi
  say "comparing outputs of the tool"
  rm -rf "$work"
  mkdir -p "$work"
  cp examples/digits/digits.tflite "$work"
  for recipe in $("$native" recipe list | awk 'NF == 0 { exit } { print $1 }'); do
    "$native" quantize examples/digits/digits.tflite --recipe "$recipe" -o "$work/native.tflite" --overwrite >>"$log" 2>&1 || continue
    (cd "$work" && "${run[@]}" "$folder/tools/aeq$suffix" quantize digits.tflite \
      --recipe "$recipe" -o "$recipe.tflite") >>"$log" 2>&1 || fail "the tool with $recipe"
    cmp "$work/native.tflite" "$work/$recipe.tflite" >>"$log" 2>&1 || fail "the tool with $recipe gives other bytes"
    count=$((count + 1))
  done
  [[ "$count" -gt 0 ]] || fail "no recipe was compared"
  passed+=("$count outputs of the tool")
}

if $quick; then
  case "$name" in
    mingw)
      build "$folder" aeq_tool -- -DAEQ_BUILD_TESTS=OFF
      if is_there wine; then outputs; else passed+=("the tool is built, and not run: no Wine here"); fi
      ;;
    *)
      build "$folder" aeq_tests -- -DAEQ_BUILD_TOOLS=OFF
      tests "the suite" "$folder/tests/aeq_tests"
      ;;
  esac
elif [[ "$name" == macos ]]; then
  build "$folder" aeq_tool aeq_tests -- -DAEQ_BUILD_TOOLS=ON -DAEQ_BUILD_TESTS=ON
  passed+=("the tool and the suite compiled and linked, not run")
else
  build "$folder" aeq_tool aeq_tests -- -DAEQ_BUILD_TOOLS=ON -DAEQ_BUILD_TESTS=ON # --quick may have been there before
  tests "the suite" "$folder/tests/aeq_tests"
  for level in -O2 -O3; do
    build "$folder$level" aeq_exact_tests -- -DAEQ_BUILD_TOOLS=OFF "-DCMAKE_CXX_FLAGS_RELEASE=$level"
    tests "exact tests under $level" "$folder$level/tests/aeq_exact_tests"
  done
  outputs
fi
words="$(printf '%s, ' "${passed[@]}")"
echo "$name: passed: ${words%, }"
